"""What happens to spikes. No event carries free text; what was found is named by its fingerprint."""

from __future__ import annotations

from watchfloor.insight.changes import events as change_events  # noqa: F401 - the change log's events belong to this app
from watchfloor.ledger.schema import LedgerEvent


class OfSpike(LedgerEvent, frozen=True, kw_only=True, tag="spike.base"):
    """The dimensions of everything that happens to a spike."""

    metric: str
    where: dict[str, str]


class SpikeFound(OfSpike, frozen=True, kw_only=True, tag="spike.found"):
    """An alarm, or somebody who wanted to know, opened an investigation."""

    kind: str
    starts_at: str
    value: float
    expected: float
    p: float


class SpikeInvestigated(OfSpike, frozen=True, kw_only=True, tag="spike.investigated"):
    """What is known of it was computed; ``digest`` is the SHA-256 of what was kept."""

    version: int
    why: str
    verdict: str
    cause: str
    cause_p: float | None
    digest: str


class SpikePlanned(OfSpike, frozen=True, kw_only=True, tag="spike.planned"):
    """An owner, an action and what it is expected to do by when: fixed before it can be known."""

    owner: str
    expected_change: float
    acted_at: str
    due_at: str


class SpikeJudged(OfSpike, frozen=True, kw_only=True, tag="spike.judged"):
    """The day of the plan has come. ``outcome``: reversed | partly | not_reversed | unknown."""

    outcome: str
    change: float | None
    low: float | None
    high: float | None


class SpikeClosed(OfSpike, frozen=True, kw_only=True, tag="spike.closed"):
    """``how``: dismissed | joined | over | reopened."""

    how: str


class SpikeSplit(OfSpike, frozen=True, kw_only=True, tag="spike.split"):
    """A part of a spike is a spike of its own now."""

    out_of: str


class SpikeAnswered(OfSpike, frozen=True, kw_only=True, tag="spike.answered"):
    """Somebody said what the alarm was worth: useful | noise | known."""

    verdict: str


class SpikeEscalated(OfSpike, frozen=True, kw_only=True, tag="spike.escalated"):
    """``how``: page | incident."""

    how: str


class SpikeMuted(LedgerEvent, frozen=True, kw_only=True, tag="spike.muted"):
    """No alarms about this for a while."""

    metric: str
    where: dict[str, str]
    until: str


class SpikeUnmuted(LedgerEvent, frozen=True, kw_only=True, tag="spike.unmuted"):
    """A mute was ended before its time."""

    metric: str
    where: dict[str, str]
