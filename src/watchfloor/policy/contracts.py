"""What other contexts see of policies: frozen copies, safe to cache and to pass around."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


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
