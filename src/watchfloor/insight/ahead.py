"""What comes next of a number, by day: its level, trend and week go on, and what is known to come is counted on.

What a kind of event did before is learnt from its own days (``engines.metrics.forecast``). Of a kind that has not been seen, what people
expect of it is taken, as staffing takes it. How such forecasts have fared on this very series stands beside them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from watchfloor.engines.metrics import Forecast, forecast
from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, coming, queries
from watchfloor.insight.coming import Coming, strength
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock

HORIZON, BACK, SEASON = 14, 182, 7  # days
LEAST = 2 * SEASON + 2 * HORIZON + 2
SEEN = 2  # days of a kind of event, from which on its effect is learnt
ORIGINS = 4
_ADDED = frozenset({"count", "difference", "distinct", "sum"})
_MARKETS = timedelta(days=28)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day to come: what is expected, where it will lie, and what happens on it."""

    at: datetime
    value: float
    low: float
    high: float
    events: tuple[Coming, ...] = ()


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of event did: multiplied a day by so much (``times``), or added so much."""

    kind: str
    effect: float
    low: float
    high: float
    times: bool


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. ``short``: so many days are known, and ``LEAST`` are needed; ``other``: it does not add up by day, so it is not foretold.

    ``error`` and ``naive``: mean absolute error of such forecasts in the past, and of repeating the week before; ``held``: share of days
    that lay in their interval (of ``level``). Both None where the past is too short to try.
    """

    past: tuple[queries.Point, ...] = ()
    days: tuple[Day, ...] = ()
    learnt: tuple[Learnt, ...] = ()
    said: tuple[str, ...] = ()  # kinds that were not seen before: what people expect of them is taken
    error: float | None = None
    naive: float | None = None
    held: float | None = None
    level: float = 0.95
    short: int | None = None
    other: bool = False


def ahead(actor: Actor, key: str, where: dict[str, tuple[str, ...]]) -> Next:
    """The next fortnight of a metric under filters, within the actor's rights."""
    metric = catalogue.metric(key)
    if metric.kind not in _ADDED or "wellbeing.week" in metric.where:
        return Next(other=True)
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    span = Span(start=today - timedelta(days=BACK), end=today, interval="day", where=where)
    points = queries.series(actor, span, [metric])[key]
    first = next((place for place, point in enumerate(points) if point.value), len(points))
    past = points[first:]
    if len(past) < LEAST:
        return Next(past=tuple(past), short=len(past))
    end = today + timedelta(days=HORIZON)
    events = [each for each in coming.between(actor, past[0].at, end) if not each.market or _touched(each, where)]
    shares = _shares(actor, key, where, today) if any(each.market for each in events) else {}
    days = [past[0].at + timedelta(days=place) for place in range(len(past) + HORIZON)]
    by_kind = {
        kind: [sum(strength(each, day, shares) for each in events if each.kind == kind) for day in days]
        for kind in sorted({each.kind for each in events})
    }
    known = {kind: line for kind, line in by_kind.items() if sum(value > 0 for value in line[: len(past)]) >= SEEN}
    told = forecast(
        [point.value or 0.0 for point in past], horizon=HORIZON, season=SEASON, origins=ORIGINS, events=known
    )
    tried = told.backtest
    return Next(
        past=tuple(past), days=tuple(_days(told, days[len(past) :], events, set(known), shares)),
        learnt=tuple(Learnt(kind=e.name, effect=e.effect, low=e.low, high=e.high, times=e.times) for e in told.events),
        said=tuple(sorted({each.kind for each in events if each.kind not in known and each.end > today})),
        error=tried.error if tried else None, naive=tried.naive if tried else None, held=tried.coverage if tried else None,
    )  # fmt: skip


def _days(
    told: Forecast, days: list[datetime], events: list[Coming], known: set[str], shares: dict[str, float]
) -> list[Day]:
    found = []
    for step, day in zip(told.ahead, days, strict=True):
        here = tuple(each for each in events if strength(each, day, shares) > 0)
        times = 1 + sum(each.uplift * strength(each, day, shares) for each in here if each.kind not in known)
        times = max(times, 0.0)
        found.append(Day(at=day, value=step.value * times, low=step.low * times, high=step.high * times, events=here))
    return found


def _touched(event: Coming, where: dict[str, tuple[str, ...]]) -> bool:
    return "market" not in where or event.market in where["market"]


def _shares(actor: Actor, key: str, where: dict[str, tuple[str, ...]], today: datetime) -> dict[str, float]:
    """Which share of the number each market has, of the last four weeks."""
    span = Span(start=today - _MARKETS, end=today, interval="day", where=where)
    sums = {
        str(name or ""): sum(point.value or 0.0 for point in points)
        for name, points in queries.series_by(actor, span, key, "market").items()
    }
    whole = sum(sums.values())
    return {name: value / whole for name, value in sums.items()} if whole else {}
