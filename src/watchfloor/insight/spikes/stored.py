"""What was found about a spike, as it is kept: numbers with the question that gave each; words come later, in the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from django.urls import reverse


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The question a number answers: rows of a metric over a span and a slice."""

    metric: str
    start: datetime
    end: datetime
    where: dict[str, str] = {}

    @property
    def rows_url(self) -> str:
        """The rows behind the number."""
        return reverse("insight-rows", args=[self.metric]) + "?" + self._query()

    @property
    def metric_url(self) -> str:
        """The metric's page over the same span and slice."""
        return reverse("insight-metric", args=[self.metric]) + "?" + self._query()

    def _query(self) -> str:
        ends = {"from": f"{self.start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{self.end:%Y-%m-%dT%H:%M:%SZ}"}
        return urlencode({**ends, **self.where})


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the data. ``key``: late | doubled | unknown | silent | new | schema; ``share`` of the movement it could explain."""

    key: str
    bad: bool
    now: float | None = None
    before: float | None = None
    dimension: str = ""
    value: str = ""
    share: float = 0.0


class SliceFound(msgspec.Struct, frozen=True, kw_only=True):
    """A slice that moved; with the others and ``elsewhere`` the whole."""

    where: dict[str, str]
    real: float
    expected: float
    p: float
    query: Query


class PartFound(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a dimension: what its own rate did and what the mix did, in units of the metric."""

    value: str
    rate: float
    mix: float


class MixFound(msgspec.Struct, frozen=True, kw_only=True):
    """Rate against mix over the values of one dimension; ``rate + mix`` is ``after - before``."""

    metric: str
    dimension: str
    before: float
    after: float
    rate: float
    rate_low: float
    rate_high: float
    mix: float
    simpson: bool
    closes: float
    parts: list[PartFound]


class LinkFound(msgspec.Struct, frozen=True, kw_only=True):
    """A factor of the hours of work: what it is now, was before, and its part of the change of hours."""

    key: str
    before: float
    after: float
    hours: float


class FlowFound(msgspec.Struct, frozen=True, kw_only=True):
    """What a stock was filled and emptied by since it began: ``before`` (there already) | ``came`` | ``left``, and what is usual."""

    key: str
    now: float
    usual: float

    @property
    def more(self) -> float:
        """What the stock has more of by it."""
        return (self.usual - self.now) if self.key == "left" else self.now - self.usual


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What the items of the slice have in common: a field's value, the share of the sample that has it, and that before."""

    field: str
    value: str
    share: float
    before: float
    count: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A change that may be the cause (see ``domain.ranking``)."""

    id: str
    kind: str
    title: str
    at: datetime
    lag_minutes: float
    p: float
    holds: float
    moved: float
    scope: dict[str, list[str]] = {}
    link: str = ""
    source: str = ""


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Another number of the same slice over the same time; numerator and denominator where there is one."""

    metric: str
    value: float | None
    before: float | None
    query: Query


class Hour(msgspec.Struct, frozen=True):
    """One hour of the slice."""

    at: datetime
    value: float
    expected: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One investigation, in the order it was made."""

    metric: str
    where: dict[str, str]
    start: datetime
    end: datetime
    onset: datetime
    blur_minutes: float
    shifts: list[float] = []  # hours back, each a window it was compared with
    base: tuple[datetime, datetime] | None = None  # or one stretch
    real: float = 0.0
    expected: float = 0.0
    query: Query | None = None
    checks: list[Check] = []
    verdict: str = "none"  # localised | everywhere | none
    p: float = 1.0
    slices: list[SliceFound] = []
    elsewhere: tuple[float, float] = (0.0, 0.0)
    mix: MixFound | None = None
    chain: list[LinkFound] = []
    flows: list[FlowFound] = []
    sampled: int = 0
    shared: list[Shared] = []
    clusters: list[str] = []
    candidates: list[Candidate] = []
    none_p: float = 1.0
    beside: list[Beside] = []
    series: list[Hour] = []

    @property
    def suspect(self) -> bool:
        """Whether the data rather than the world explains at least half of it."""
        return any(check.bad and check.share >= 0.5 for check in self.checks)

    @property
    def compared(self) -> list[timedelta]:
        """The shifts as durations."""
        return [timedelta(hours=hours) for hours in self.shifts]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a plan. ``change`` (and its interval) is relative to the level before the action; None: not to be told."""

    outcome: str  # early | reversed | partly | not_reversed | unknown
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    drift_p: float | None = None
    why: str = ""  # early: few_steps | few_controls; unknown: drift
    steps: int = 0
    minutes: int = 0
    controls: list[str] = []


def write(found: Found) -> tuple[bytes, str]:
    """As JSON, with its SHA-256."""
    body = msgspec.json.encode(found)
    return body, hashlib.sha256(body).hexdigest()


def read(body: bytes) -> Found:
    """Back from JSON."""
    return msgspec.json.decode(body, type=Found)


def filters(where: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """A slice as the filters of ``insight.queries.Span``."""
    return {name: (value,) for name, value in where.items()}
