"""Interventions without their database: what is fixed beforehand, how a series is made fit to be measured, what a result means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from watchfloor.engines.effects import Effect
from watchfloor.kernel.errors import BadInput

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(days=7)
STEP: Final = {"day": DAY, "hour": HOUR, "week": WEEK}
SHORT: Final = timedelta(days=5)  # what is measured sooner is measured by the hour
LOOK_BACK: Final = {"day": 56, "hour": 14 * 24, "week": 52}
LOOK_ON: Final = {"day": 56, "hour": 5 * 24, "week": 26}
SEASON: Final = {"day": 7, "hour": 24, "week": 0}
# What is published of well-being: a whole week, of people in vendors and teams, the Monday after.
PUBLISHED_BY: Final = frozenset({"vendor", "team", "severity"})
LEAST_PUBLISHED: Final = timedelta(days=22)  # three whole weeks, and the day on which the last one is published
LONGEST: Final = timedelta(days=366)
ENOUGH: Final = 0.5  # of what was expected: less of a turn is "partly"
MOST_GAPS: Final = 0.1
OUTCOMES: Final = ("reversed", "partly", "not_reversed", "unknown")
ABOUT: Final = ("", "spike", "improvement", "launch", "risk", "action")
# A month has so many steps: what a sum per step comes to.
A_MONTH: Final = {"day": 365.25 / 12, "hour": 365.25 / 12 * 24, "week": 365.25 / 12 / 7}


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """An intervention as somebody plans it.

    Attributes:
        metric: a key of the catalogue.
        expected_change: what it should do, as a share of what would be without (``-0.3``); its sign is the wanted direction.
        filters: values by dimension of facts: what it touches.
        by: the dimension whose other values were not touched and stand for what would have been; empty: its own past alone.
        others: those values; empty: all that are big enough.
        about: what it belongs to, ``spike:<id>`` and the like.
        owner: who answers for it; empty: who writes it down.
    """

    title: str
    metric: str
    expected_change: float
    happened_at: datetime
    measure_on: datetime
    filters: dict[str, list[str]] = {}
    by: str = ""
    others: list[str] = []
    about: str = ""
    owner: str = ""
    note: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A result as it is kept: the effect, the course it was told from, and what it means.

    Attributes:
        start: of the first step; steps are days or hours (UTC).
        at: place of the first step after the change.
        actual: the metric at each step (gaps filled).
        filled: how many steps had no value of their own.
        added: steps of it add up (a count or a sum), so that it can be told by the month.
        rate: what an hour of it cost when it was measured, lowest, mean and highest, in ``currency``; empty: it is not paid by the hour.
    """

    outcome: str
    effect: Effect
    step: str
    start: datetime
    at: int
    actual: list[float] = []
    filled: int = 0
    added: bool = False
    rate: list[float] = []
    currency: str = ""

    @property
    def a_month(self) -> tuple[float, float, float] | None:
        """Estimate and interval by the month, of what adds up."""
        told = self.effect
        if not self.added or told.estimate is None or told.low is None or told.high is None:
            return None
        times = A_MONTH[self.step]
        return told.estimate * times, told.low * times, told.high * times


def check(planned: Planned, now: datetime) -> None:
    """Refuse a plan that cannot be measured.

    Raises:
        BadInput: with the field.
    """
    if not 1 <= len(planned.title.strip()) <= 200:
        raise BadInput("bad_title", "Say in 1 to 200 characters what is done.", where="title")
    if len(planned.note) > 4000:
        raise BadInput("long_note", "At most 4,000 characters.", where="note")
    if not -1 <= planned.expected_change <= 10 or planned.expected_change == 0:
        raise BadInput("bad_change", "The expected change is a share, such as -30 %.", where="expected_change")
    for moment, name in ((planned.happened_at, "happened_at"), (planned.measure_on, "measure_on")):
        if moment.tzinfo is None:
            raise BadInput("no_zone", "A moment needs its time zone.", where=name, hint="2026-11-02T09:00:00Z")
    if not now - LONGEST <= planned.happened_at <= now + LONGEST:
        raise BadInput("bad_moment", "It happens within a year of today.", where="happened_at")
    if not planned.happened_at < planned.measure_on <= planned.happened_at + LONGEST:
        raise BadInput("bad_day", "The day of measuring comes after it, within a year.", where="measure_on")
    kind, sep, _rest = planned.about.partition(":")
    if kind not in ABOUT or bool(kind) != bool(sep) or len(planned.about) > 120:
        raise BadInput(
            "bad_about", "It belongs to a spike, an improvement, a launch, a risk or an action.", where="about"
        )
    if planned.others and not planned.by:
        raise BadInput("no_dimension", "Say of which dimension those are.", where="by")
    if planned.by and not planned.filters.get(planned.by):
        raise BadInput(
            "nothing_apart", "Others can only be compared with where the filters name which ones it touches.", where="by"
        )  # fmt: skip
    if set(planned.others) & set(planned.filters.get(planned.by, [])):
        raise BadInput("touched_too", "What it touches cannot be compared with itself.", where="others")


def check_published(planned: Planned) -> None:
    """Refuse what the published weeks of well-being cannot tell.

    Raises:
        BadInput: with the field.
    """
    wrong = sorted({*planned.filters, *([planned.by] if planned.by else [])} - PUBLISHED_BY)
    if wrong:
        raise BadInput(
            "not_published", "What is published of well-being knows vendors and teams only.", where="filters",
            hint="For work by queue, policy or market take jobs decided or agent work at a severity.",
        )  # fmt: skip
    if planned.measure_on - planned.happened_at < LEAST_PUBLISHED:
        raise BadInput(
            "too_soon", "Well-being is published by the week, so measure it 22 days after or later.", where="measure_on"
        )


def step_of(happened_at: datetime, measure_on: datetime, *, published: bool = False) -> str:
    """Days, or hours where it is measured within days; weeks of what is published by the week."""
    if published:
        return "week"
    return "hour" if measure_on - happened_at < SHORT else "day"


def window(happened_at: datetime, until: datetime, step: str) -> tuple[datetime, datetime, int]:
    """Start, end and place of the change; the step in which it happened counts to the side on which most of it lies."""
    size = STEP[step]
    at = _floor(happened_at + size / 2, step)
    back = LOOK_BACK[step]
    last = _floor(until - DAY if step == "week" else until, step)  # a week is out some hours after it is over
    return at - back * size, max(at, min(last, at + LOOK_ON[step] * size)), back


def _floor(moment: datetime, step: str) -> datetime:
    found = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if step != "hour":
        found = found.replace(hour=0)
    return found - timedelta(days=found.weekday()) if step == "week" else found


def filled(values: Sequence[float | None]) -> tuple[list[float], int] | None:
    """Gaps between known values filled along the line between them; None where more than a tenth is missing."""
    known = [place for place, value in enumerate(values) if value is not None]
    missing = len(values) - len(known)
    if not known or missing > MOST_GAPS * len(values):
        return None
    found = []
    for place, value in enumerate(values):
        if value is not None:
            found.append(value)
            continue
        left = max((each for each in known if each < place), default=known[0])
        right = min((each for each in known if each > place), default=known[-1])
        one, other = values[left], values[right]
        assert one is not None and other is not None
        share = (place - left) / (right - left) if right != left else 0.0
        found.append(one + (other - one) * share)
    return found, missing


def begun(values: Mapping[str, Sequence[float | None]]) -> int:
    """The first step at which any series holds something that is not nought: history does not begin before it."""
    rows = list(values.values())
    length = len(rows[0]) if rows else 0
    return next((place for place in range(length) if any(row[place] for row in rows)), length)


def outcome(effect: Effect, wanted: float) -> str:
    """``reversed``: it turned as wanted, by half of what was expected at least; ``partly``: by less; ``not_reversed``: half of what was
    expected can be ruled out; ``unknown``: the interval holds both that and nothing at all, or there is none."""
    low, high, estimate, relative = effect.low, effect.high, effect.estimate, effect.relative
    if not effect.enough or low is None or high is None or estimate is None:
        return "unknown"
    turned = high < 0 if wanted < 0 else low > 0
    without = estimate / relative if relative else 0.0
    if turned:
        return "partly" if without and abs(estimate) < ENOUGH * abs(wanted * without) else "reversed"
    half = ENOUGH * wanted * without
    ruled_out = (low > half) if wanted < 0 else (high < half)
    return "not_reversed" if ruled_out or not without else "unknown"
