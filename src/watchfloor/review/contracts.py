"""What other contexts hand to and get from the review floor."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class ReportIn(msgspec.Struct, frozen=True, kw_only=True):
    """A report whose item has been seen (``items.actions.see``). ``id`` is the receipt."""

    id: UUID
    item: UUID
    item_version: str
    source: str
    channel: str
    reporter_kind: str
    reason_key: str
    received_at: datetime
    reporter: str = ""
    note: str = ""
    market: str = ""
    language: str = ""
    surface: str = ""
    reach: int = 0


class SignalIn(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of detection. ``source`` is ``rule:NAME`` or ``model:NAME``; ``score`` 0 to 1."""

    source: str
    policy_key: str
    reason: str
    score: float | None = None
    severity: int | None = None
    details: dict[str, Any] = {}


class DecisionIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer (or a rule) found. ``actions`` are catalogue keys; None = the violation type's default ones."""

    verdict: str  # violating | clean | unsure
    violation_key: str = ""
    actions: tuple[str, ...] | None = None
    rationale: str = ""
    active_ms: int = 0  # focus time of this touch, for AHT
    path: tuple[tuple[str, int], ...] = ()  # the way through the decision tree: (question key, answer number from 0)


class LeaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's hold on one job. ``token`` must come with the decision (fencing)."""

    job_id: UUID
    case_id: UUID
    queue_key: str
    token: int
    until: datetime


class AppealIn(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to a decision. ``by`` is ``author`` or ``reporter``; ``appellant`` the platform's id of the person."""

    decision_id: UUID
    by: str
    appellant: str
    grounds: str = ""
    language: str = ""
    texts: tuple[tuple[str, str], ...] = ()  # (name, text) handed in with it; text only
    notice_id: UUID | None = None  # the notice whose link was used
