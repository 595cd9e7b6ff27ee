"""Before and after, without anything to compare with: the level, the trend and the week of the past are taken to go on."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.engines.effects.noise import Told, columns, course, tell
from watchfloor.engines.effects.shape import Effect, InTime, Placebo, Values, lack, mean, numbers, season_of

METHOD = "before_after"
LEAST = 14  # a trend and a level want more past than a level


def before_after(
    series: Sequence[float], at: int, season: int = 7, *, level: float = 0.95, placebos: bool = True
) -> Effect:
    """What happened to a series from step ``at`` on, if nothing else happened then (interrupted time series).

    Args:
        series: one value per step of time.
        at: place of the first step after the change.
        season: steps after which the series resembles itself (7: days of a week); 0: none.
        placebos: try it where nothing happened as well (most of the time it takes).

    Raises:
        BadInput: the series holds something that is no number, or ``at`` lies outside it.
    """
    values = numbers(series, at, level)
    why = lack(len(values), at)
    if not why and at < LEAST:
        why = f"Too little history: {at} steps before the change, and without controls {LEAST} are needed."
    if why:
        return Effect(method=METHOD, level=level, enough=False, why=why)
    told = stepped(values, at, season)
    low, high = told.interval(level)
    without = expected(values, at, season, told)
    usual = mean(without[at:])
    return Effect(
        method=METHOD, level=level, estimate=told.estimate, low=low, high=high, p=told.p(),
        relative=told.estimate / usual if usual else None, counterfactual=without,
        band=(high - low) / 2 if told.spread == 0 else 1.96 * told.spread,
        placebo=_in_time(values[:at], len(values) - at, season, level) if placebos else Placebo(),
    )  # fmt: skip


def stepped(values: Values, at: int, season: int) -> Told:
    """The step of a series that has a trend and a season of its own."""
    return tell(values, columns(len(values), at, season=season_of(season, at), trend=True))


def expected(values: Values, at: int, season: int, told: Told) -> Values:
    """The course without the step."""
    made = columns(len(values), at, season=season_of(season, at), trend=True)
    return course(made[1:], told.fit[1:])


def _in_time(before: Values, after: int, season: int, level: float) -> Placebo:
    tried = []
    for place in places(len(before), after, LEAST):
        told = stepped(before[: place + after], place, season)
        tried.append(InTime(place, told.estimate, *told.interval(level)))
    return Placebo(time=tried, false=false_share(tried))


def places(before: int, after: int, least: int) -> range:
    """Dates before the change at which it is tried: each with as much after it as there is, at most twelve."""
    after = min(after, max(3, before // 3))
    last = before - after
    first = max(least, before // 3)
    return range(first, last + 1, max(1, -((first - last) // 11))) if last >= first else range(0)


def false_share(tried: Sequence[InTime]) -> float | None:
    """Of the intervals, those that exclude nought."""
    return sum(not each.low <= 0 <= each.high for each in tried) / len(tried) if tried else None
