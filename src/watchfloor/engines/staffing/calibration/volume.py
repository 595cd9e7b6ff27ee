"""What will come in, hour by hour of the next week, with intervals that were tried on the past, and how such forecasts have fared.

An hour is expected as a level times what its weekday and its hour usually bring. Both shares lean on what is known of all days while few
weeks are there, so that a fortnight is enough to begin with. The level is an exponential mean of days without their season. In the first
week, while that level is hardly known, what the last hours were above or below it goes on and fades; and in the first three days no
weekday has a share of its own, because it cannot be told from the level (a Tuesday above its Monday may be growth). Intervals are order
statistics of past errors, each divided by the root of what was expected (counts scatter with their root): split conformal. The
backtest repeats everything at earlier weeks from what came before them, beside the seasonal naive forecast (the same hour a week ago).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

from watchfloor.kernel.errors import BadInput

DAY, WEEK = 24, 168
_LEAN_DAY, _LEAN_HOUR = 1.0, 2.0  # weeks of belief in "all days are alike" before any was seen
_LEVEL = 0.15  # of the newest day in the level
_FADE = 0.5 ** (1 / 6)  # a week counts half after six
_WEEKS_TRIED = 4
_EARLY = 3 * DAY
_MEMORY, _EARLY_MEMORY = (
    6.0,
    4.0,
)  # hours that count for what the last ones were; of a week, and of its first three days
_CARRIED, _EARLY_CARRIED = (
    24.0,
    float(WEEK),
)  # hours after which half of that is left; at first there is nothing to come back to
_UNKNOWN = (
    0.6  # of what is expected: how far real series lay from it (standard deviation) before a first error is known
)


class Hour(msgspec.Struct, frozen=True):
    """One hour ahead."""

    value: float
    low: float
    high: float


class Fared(msgspec.Struct, frozen=True, kw_only=True):
    """``turns`` spans of the past (168 or 24 hours), forecast from before them: mean absolute errors by hour, ours over naive's (the span
    before, repeated; None where it never errs), and the share of hours that lay within; ``daily_ratio`` is that of sums of days.
    """

    span: int
    turns: int
    error: float
    naive: float
    ratio: float | None
    coverage: float
    level: float
    daily_ratio: float | None


class Volume(msgspec.Struct, frozen=True):
    """Hours ahead, and the backtest where the past is long enough (three weeks, or two days)."""

    hours: list[Hour]
    fared: Fared | None


def ahead(counts: Sequence[float], first: int, *, horizon: int = WEEK, level: float = 0.9, tried: int = 4) -> Volume:
    """Forecast ``horizon`` hours.

    Args:
        counts: items by hour, oldest first; at least a day, gaps filled with nought.
        first: hour of the week of the first count (0 is Monday 00:00).
        level: share of hours that the intervals shall hold.
        tried: weeks of the past that the backtest forecasts.

    Raises:
        BadInput: less than a day, or a count that is none.
    """
    series = [float(each) for each in counts]
    if len(series) < DAY:
        raise BadInput("too_short", f"{len(series)} hours are too few: a forecast needs a day.", where="arrivals")
    if not all(math.isfinite(each) and each >= 0 for each in series):
        raise BadInput("bad_number", "A count is no number of 0 or more.", where="arrivals")
    if horizon < 1 or not 0 < level < 1 or not 0 <= first < WEEK:
        raise BadInput("bad_forecast", "horizon is at least 1, level lies between 0 and 1, first between 0 and 167.")
    return Volume(_hours(series, first, horizon, level), _fared(series, first, level, tried))


def _expected(series: list[float], first: int, horizon: int) -> list[float]:
    """The means of the next hours."""
    many = len(series)
    by_hour, by_slot, days = [0.0] * DAY, [0.0] * WEEK, [0.0] * 7
    seen, slots, weekdays = [0.0] * DAY, [0.0] * WEEK, [0.0] * 7
    for place, value in enumerate(series):
        weight = _FADE ** ((many - 1 - place) / WEEK)
        slot = (first + place) % WEEK
        for sums, counts, at in ((by_hour, seen, slot % DAY), (by_slot, slots, slot), (days, weekdays, slot // DAY)):
            sums[at] += weight * value
            counts[at] += weight
    mean = math.fsum(by_hour) / math.fsum(seen)
    if mean == 0:
        return [0.0] * horizon
    hours = [by_hour[at] / seen[at] / mean if seen[at] else 1.0 for at in range(DAY)]
    if many < _EARLY:
        season = [hours[slot % DAY] for slot in range(WEEK)]
    else:
        day = [(days[at] / mean + _LEAN_DAY * DAY) / (weekdays[at] + _LEAN_DAY * DAY) for at in range(7)]
        season = []
        for slot in range(WEEK):
            usual = day[slot // DAY] * hours[slot % DAY]
            season.append((by_slot[slot] / mean + _LEAN_HOUR * usual) / (slots[slot] + _LEAN_HOUR))
    level = mean
    for end in range(many % DAY or DAY, many + 1, DAY):  # whole days, the oldest of them may be short
        begin = max(0, end - DAY)
        usual = math.fsum(season[(first + place) % WEEK] for place in range(begin, end))
        if usual > 0:
            level += _LEVEL * (math.fsum(series[begin:end]) / usual - level)
    said = [max(0.0, level * season[(first + many + step) % WEEK]) for step in range(horizon)]
    if many >= WEEK:
        return said
    usually = [level * season[(first + place) % WEEK] for place in range(many)]
    off, fades = _lately(series, usually), _EARLY_CARRIED if many < _EARLY else _CARRIED
    return [value * (1 + off * 0.5 ** (step / fades)) for step, value in enumerate(said)]


def _lately(series: list[float], usually: list[float]) -> float:
    """By what share the last hours were above (or below) what they usually bring; one item is taken to be as usual."""
    keeps = math.exp(-1 / (_EARLY_MEMORY if len(series) < _EARLY else _MEMORY))
    real = expected = 0.0
    for value, mean in zip(series, usually, strict=True):
        real, expected = real * keeps + value, expected * keeps + mean
    return (real + 1) / (expected + 1) - 1


def _hours(series: list[float], first: int, horizon: int, level: float) -> list[Hour]:
    means = _expected(series, first, horizon)
    found = _errors(series, first, level)
    if found is None:
        wide = NormalDist().inv_cdf((1 + level) / 2)
        ends = [wide * math.hypot(1.5 * math.sqrt(mean + 1), _UNKNOWN * mean) for mean in means]
        return [
            Hour(mean, max(0.0, math.floor(mean - end)), math.ceil(mean + end))
            for mean, end in zip(means, ends, strict=True)
        ]
    low, high = found
    return [
        Hour(mean, max(0.0, math.floor(mean + low * math.sqrt(mean + 1))), math.ceil(mean + high * math.sqrt(mean + 1)))
        for mean in means
    ]


def _errors(series: list[float], first: int, level: float) -> tuple[float, float] | None:
    """Between which scaled errors ``level`` of past hours lay; None where the past is too short to have any."""
    found: list[float] = []
    for span in (WEEK, DAY):
        for number in range(_WEEKS_TRIED):
            origin = len(series) - (number + 1) * span
            if origin < max(DAY, span):
                break
            said = _expected(series[:origin], first, span)
            real = series[origin : origin + span]
            found += [(each - mean) / math.sqrt(mean + 1) for each, mean in zip(real, said, strict=True)]
        if found:
            break
    if not found:
        return None
    found.sort()
    many = len(found)
    tail = (1 - level) / 2
    low = found[max(0, math.floor(tail * (many + 1)) - 1)]
    high = found[min(many - 1, math.ceil((1 - tail) * (many + 1)) - 1)]
    return min(low, 0.0), max(high, 0.0)


def _fared(series: list[float], first: int, level: float, tried: int) -> Fared | None:
    """By weeks against the week before; where three are not there, by days against the day before."""
    return _by(WEEK, series, first, level, tried) or _by(DAY, series, first, level, tried)


def _by(span: int, series: list[float], first: int, level: float, tried: int) -> Fared | None:
    error = naive = daily = daily_naive = 0.0
    inside = turns = 0
    for number in range(tried):
        origin = len(series) - (number + 1) * span
        if origin < (2 if span == WEEK else 1) * span:
            break
        said = _hours(series[:origin], first, span, level)
        real, before = series[origin : origin + span], series[origin - span : origin]
        turns += 1
        for hour, value, last in zip(said, real, before, strict=True):
            error += abs(hour.value - value)
            naive += abs(last - value)
            inside += hour.low <= value <= hour.high
        for begin in range(0, span, DAY):
            day = math.fsum(real[begin : begin + DAY])
            daily += abs(math.fsum(each.value for each in said[begin : begin + DAY]) - day)
            daily_naive += abs(math.fsum(before[begin : begin + DAY]) - day)
    if not turns:
        return None
    many = turns * span
    return Fared(
        span=span, turns=turns, error=error / many, naive=naive / many, ratio=error / naive if naive else None,
        coverage=inside / many, level=level, daily_ratio=daily / daily_naive if daily_naive else None,
    )  # fmt: skip
