"""What other contexts see of policies: frozen copies, safe to cache and to pass around."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.policy.domain.document import Clause


class PolicyRef(msgspec.Struct, frozen=True, kw_only=True):
    """A policy. ``severity`` 0 to 5; ``target_hours`` from first report to decision; ``clearance`` who may see its cases."""

    id: UUID
    key: str
    name: str
    harm_group: str
    severity: int
    clearance: str
    target_hours: float
    dsa_category: str
    position: int
    names: dict[str, str] = {}

    def name_in(self, language: str) -> str:
        """The name in a language, else in English."""
        return self.names.get(language, self.name)


class VersionRef(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a policy in force. ``questions``: ``[{"ask", "yes", "no"}]``; ``decision_tree``: see ``policy.tree``."""

    id: UUID
    policy_key: str
    number: int
    summary: str
    text: str
    in_force_from: datetime | None
    questions: list[dict[str, str]] = []
    overlays: dict[str, str] = {}
    decision_tree: dict[str, Any] | None = None
    clauses: tuple[Clause, ...] = ()
    ends_at: datetime | None = None

    def overlay_in(self, market: str) -> str:
        """What differs in a market, in words: the note on it, and each clause that differs there. Empty: nothing."""
        lines = [self.overlays.get(market, "")]
        for clause in self.clauses:
            overlay = clause.overlays.get(market)
            if overlay is not None:
                lines.append(f"{clause.number}: {overlay.text or '—'}")
        return "\n".join(line for line in lines if line)


class ViolationRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer picks. ``markets`` None = everywhere."""

    id: UUID
    key: str
    policy_key: str
    clause: str
    name: str
    help: str
    severity: int
    points: int
    actions: tuple[str, ...]
    markets: tuple[str, ...] | None
    position: int
    archived: bool = False


class ReasonRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter may say, and what outside vocabularies call it."""

    id: UUID
    key: str
    name: str
    policy_key: str
    atproto: tuple[str, ...]
    dsa_category: str
    position: int
    archived: bool = False


class ClaimHit(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of the register that a text repeats. ``share`` of the claim's pieces that stand there, 0.75 to 1."""

    id: UUID
    text: str
    status: str
    note: str
    sources: tuple[tuple[str, str], ...]  # (title, address)
    policy_key: str
    violation_key: str
    share: float


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """How ready a version is for the floor. ``trained`` and ``people``: certified for this text, and certified for the policy at all.

    ``stale``: things that go by the former text (units, exams, translations); ``open_touches``: kinds of things that still
    have something to do; ``touches``: kind -> (count, stale).
    """

    policy_key: str
    number: int
    state: str
    starts_at: datetime | None
    trained: int
    people: int
    stale: int
    open_touches: int
    open_questions: int
    touches: dict[str, tuple[int, int]]
