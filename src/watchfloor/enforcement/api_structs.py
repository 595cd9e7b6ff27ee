"""What programs give and get at the JSON API of enforcement."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema


class ActedItemOut(Schema):
    """An item by the platform's names."""

    type: str
    id: str


class ActionOut(Schema):
    """An action. ``effect``: what its item is under; ``held_for``: kind, protected, mass or automation."""

    id: str
    kind: str
    effect: str
    state: Literal[
        "held", "scheduled", "rejected", "pending", "sent", "confirmed", "failed", "dead", "reversed", "expired"
    ]
    held_for: str
    item: ActedItemOut
    params: dict[str, Any]
    policy: str
    violation: str
    market: str
    origin: str
    from_ladder: bool
    inverse_of: str | None
    decision: str
    case: str | None
    batch: str
    decided_by: str
    approved_by: str
    taken_at: datetime
    starts_at: datetime | None
    confirmed_at: datetime | None
    expires_at: datetime | None
    reversed_at: datetime | None
    last_error: str


class ActionsOut(Schema):
    """A page of actions, newest first; ``next`` is the ``after`` of the page that follows."""

    actions: list[ActionOut]
    next: str | None


class TryOut(Schema):
    """One try to deliver a message to one endpoint."""

    endpoint: str
    at: datetime
    ok: bool
    status: int | None
    milliseconds: int
    error: str


class MessageOut(Schema):
    """A message as the platform gets it, and how it fared."""

    id: str
    key: str
    state: str
    payload: dict[str, Any]
    tries: list[TryOut]


class ActionLifeOut(Schema):
    """An action and every message about it."""

    action: ActionOut
    messages: list[MessageOut]


class ActionWhyIn(Schema):
    """The reason, for the ledger and for the person concerned."""

    why: str = Field(min_length=1, max_length=200)


class StrikeOut(Schema):
    """A strike that counts."""

    policy: str
    points: int
    given_at: datetime
    expires_at: datetime


class StandingOut(Schema):
    """How an account stands; ``next_at``: the points of the ladder's next step."""

    account: ActedItemOut
    points: int
    strikes: list[StrikeOut]
    in_force: list[ActionOut]
    next_at: int | None
    next_action: str


class EndpointOut(Schema):
    """Where the platform listens. ``off_because``: why it is not called."""

    id: str
    name: str
    url: str
    topics: list[str]
    enabled: bool
    off_because: str
    failures: int
    waiting: int
    inventory_url: str
    inventory_hours: int | None


class EndpointsOut(Schema):
    """All endpoints."""

    endpoints: list[EndpointOut]


class TestOut(Schema):
    """What an endpoint answered to a signed ``test`` message."""

    ok: bool
    status: int | None
    milliseconds: int
    error: str


class ReplayIn(Schema):
    """Which dead letters: those named, or all that fit."""

    ids: list[str] | None = None
    topic: str = ""
    kind: str = ""
    error: str = ""
    since: datetime | None = None
    until: datetime | None = None


class ReplayedOut(Schema):
    """``sent`` go out again; ``stale`` ask for what no longer holds and were left."""

    sent: int
    stale: int


class ComparisonOut(Schema):
    """One comparison. ``in_flight`` effects were left out: a message about them is on its way, or they changed lately."""

    id: str
    how: Literal["pull", "push", "file"]
    state: Literal["running", "done", "failed"]
    as_of: datetime
    began_at: datetime
    ended_at: datetime | None
    error: str
    theirs: int
    ours: int
    in_flight: int
    missing: int
    extra: int
    different: int


class RunsOut(Schema):
    """The newest comparisons."""

    reconciliations: list[ComparisonOut]


class DriftOut(Schema):
    """A difference. ``why``: given_up, lost, ended, never or until."""

    id: str
    kind: Literal["missing", "extra", "different"]
    why: str
    state: Literal["open", "sent", "accepted", "gone"]
    item: ActedItemOut
    effect: str
    action: str | None
    our_until: datetime | None
    their_until: datetime | None
    first_at: datetime
    last_at: datetime
    times: int


class DriftsOut(Schema):
    """A page of differences; ``next`` is the ``after`` of the page that follows."""

    drift: list[DriftOut]
    next: str | None


class DriftIn(Schema):
    """``send``: tell the platform again; ``accept``: it is right as it is, with a ``note``."""

    answer: Literal["send", "accept"]
    note: str = Field("", max_length=200)


class SwitchIn(Schema):
    """Stop what rules decide, or let it go to the platform again."""

    stopped: bool
    why: str = Field(min_length=1, max_length=200)


class SwitchOut(Schema):
    """Whether automatic actions are stopped, since when and why."""

    stopped: bool
    since: datetime | None
    why: str
