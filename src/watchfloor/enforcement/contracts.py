"""What the review floor hands to enforcement, and gets back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision rests on, as the case knows it: who gave notice, what found it, how much of it a machine decided."""

    source: str = "own_initiative"  # article_16 | trusted_flagger | order | other_notification | own_initiative
    source_identity: str = ""  # of a body, never of a person
    noticed_at: datetime | None = None  # the first notice of that source
    detected_automatically: bool = False
    decided: str = ""  # fully | partially | not_automated; "" follows the decision's origin


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
    job_id: UUID | None = None
    queue: str = ""  # where it was decided; "" for a rule's decision
    previous_decision_id: UUID | None = None  # the decision this one supersedes
    basis: Basis = Basis()  # what it rests on, for the statement of reasons
    replaces: bool = False  # it takes the place of a decision that restricted as well: the author is told of one change
    asked_by: str = ""  # who decided, where it is not who writes: "rule:NAME", or whose order a worker carries out
    batch: str = ""  # the order over many it belongs to, and for how many that order is
    batch_size: int = 0
    starts_at: datetime | None = None  # its actions begin then, and not before; None: at once, or as the catalogue says


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
    job_id: UUID | None = None
    reporters: tuple[str, ...] = ()  # to be told that the outcome changed
    replaced: bool = False  # another decision that restricts takes its place, and its notice says so
    told: str = "author_reversed"  # the notice by which the author hears of it


class ActionPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do, for the workbench: "remove + strike 1 (3 of 4 to suspension)"."""

    key: str
    name: str
    target: str
    points: int = 0
    total_after: int = 0
    ladder: str = ""  # the ladder's action that this decision would add, in words
    needs_approval: bool = False
    irreversible: bool = False  # it has no inverse
    default: bool = False  # the violation type's own choice
    note: str = ""  # one line for the workbench: "strike 1 (3 of 4 to Suspend for 7 days)"
    does: str = ""  # one sentence: what the action class does


class StrikeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A strike on an account."""

    id: UUID
    decision_id: UUID
    points: int
    policy_key: str
    severity: int
    state: str
    given_at: datetime
    expires_at: datetime


class ActionOut(msgspec.Struct, frozen=True, kw_only=True):
    """An action as pages and other contexts see it."""

    id: UUID
    kind_key: str
    name: str
    state: str
    item: UUID
    decision_id: UUID
    case_id: UUID | None
    from_ladder: bool
    created_at: datetime
    expires_at: datetime | None = None
    confirmed_at: datetime | None = None
    reversed_at: datetime | None = None
    inverse_of: UUID | None = None
    origin: str = ""
    last_error: str = ""
    starts_at: datetime | None = None
    held_for: str = ""  # kind | protected | mass | automation


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an account stands: active strikes with their end, the points they add up to, actions in force, the next step."""

    account: UUID
    points: int
    strikes: tuple[StrikeOut, ...] = ()
    actions: tuple[ActionOut, ...] = ()
    next_at: int | None = None
    next_action: str = ""


class StatementAction(msgspec.Struct, frozen=True, kw_only=True):
    """A restriction as a statement of reasons states it. ``does`` is the action class; ``territory`` market codes, [] everywhere."""

    action_id: UUID
    does: str
    starts_at: datetime
    ends_at: datetime | None = None
    territory: list[str] = []


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a decision's statement of reasons (DSA, Article 17(3)).

    ``number`` counts from 1; a later version replaces the earlier ones. ``ended_at`` is set when nothing it states is in force any
    more: it ran out (``why_ended`` = expired) or was taken back (appeal, undo, ladder).
    """

    id: UUID
    decision_id: UUID
    number: int
    state: str  # made | corrected | withdrawn
    item_type: str
    content_kinds: list[str]  # text image video audio app product account link live other
    account_type: str  # "" | private | business
    policy_key: str
    policy_version_id: UUID | None
    clause: str
    violation_key: str
    dsa_category: str
    dsa_keywords: list[str]
    ground: str  # illegal | terms
    legal_ground: str
    explanation: str
    also_illegal: bool | None
    facts: str
    actions: list[StatementAction]
    territory: list[str]
    source: str
    source_identity: str
    detected_automatically: bool
    decided: str  # fully | partially | not_automated
    content_language: str
    content_date: date | None  # when the content was made, else when it was first seen here
    applied_at: datetime
    made_at: datetime
    ended_at: datetime | None
    why_ended: str
    market: str = ""
    case_id: UUID | None = None
