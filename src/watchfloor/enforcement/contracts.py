"""What the review floor hands to enforcement, and gets back."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Enforce(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must follow from a violating decision, in the decision's own transaction."""

    decision_id: UUID
    case_id: UUID
    item: UUID
    item_version: str
    policy_key: str
    policy_version: UUID | None
    violation_key: str
    action_keys: tuple[str, ...]
    origin: str  # human | rule | appeal
    reporters: tuple[str, ...] = ()  # who reported, to be told the outcome
    market: str = ""
    language: str = "en"


class Enforced(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: ids of the actions (held ones too), points given, the ladder's extra actions, the notices."""

    actions: tuple[UUID, ...] = ()
    points: int = 0
    ladder: tuple[str, ...] = ()
    notices: tuple[UUID, ...] = ()


class Reverse(msgspec.Struct, frozen=True, kw_only=True):
    """A decision has fallen: every action of ``decision_id`` gets its inverse, every strike is voided."""

    decision_id: UUID
    by_decision_id: UUID
    case_id: UUID
    why: str  # appeal | undo
    language: str = "en"


class ActionPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do, for the workbench: "remove + strike 1 (3 of 4 to suspension)"."""

    key: str
    name: str
    target: str
    points: int = 0
    total_after: int = 0
    ladder: str = ""
    needs_approval: bool = False
