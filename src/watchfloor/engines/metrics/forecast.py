"""What comes next, with intervals that have been tried: damped exponential smoothing with a season, judged by its own past.

Level, damped trend and one slot per place of the season (Holt 1957, Winters 1960; damping after Gardner and McKenzie 1985), on
the values or, where they are never below nought and scatter with their size, on their logarithms. The few rates are chosen by the error
of forecasts of the asked length made in the past; intervals are the order statistics of those errors (split conformal), so that they
hold what they say whatever the errors look like. ``backtest`` repeats the whole choice at several origins on what came before each.
Holidays and planned events (``events``) are learnt from their own days and taken off before everything else (see ``events``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import msgspec

from watchfloor.engines.metrics.events import NOTHING, Known, checked, known
from watchfloor.kernel.errors import BadInput

_LEVELS, _TRENDS, _SEASONS, _DAMPING = (0.05, 0.2, 0.5), (0.0, 0.02), (0.05, 0.2, 0.5), 0.9
_MOST_ORIGINS = 120

Events = Mapping[str, Sequence[float]]


class Ahead(msgspec.Struct, frozen=True):
    """One step ahead: the value expected and where it will lie."""

    step: int
    value: float
    low: float
    high: float


class Backtest(msgspec.Struct, frozen=True):
    """Forecasts of the past, made from what came before each.

    Attributes:
        origins: how many times it was tried.
        error: mean absolute error.
        naive: that of repeating the last season.
        ratio: error over naive; below 1 it earns its keep.
        coverage: share of values that lay in their interval.
        level: the share that should.
    """

    origins: int
    error: float
    naive: float
    ratio: float
    coverage: float
    level: float


class EventEffect(msgspec.Struct, frozen=True):
    """What one unit of an event does: added to a value or, if ``times``, what it is multiplied by; ``low`` to ``high`` with 95 %."""

    name: str
    effect: float
    low: float
    high: float
    times: bool


class Forecast(msgspec.Struct, frozen=True):
    """The steps ahead, and how such forecasts have fared on this very series."""

    season: int
    ahead: list[Ahead]
    backtest: Backtest | None
    events: list[EventEffect] = []


class _Rates(NamedTuple):
    level: float
    trend: float
    season: float
    logs: bool


class _Model(NamedTuple):
    rates: _Rates
    errors: list[list[float]]  # by step, sorted, on the scale of the model
    known: Known


def forecast(
    values: Sequence[float],
    *,
    horizon: int,
    season: int = 1,
    level: float = 0.95,
    origins: int = 8,
    events: Events | None = None,
) -> Forecast:
    """Forecast ``horizon`` steps.

    Args:
        values: evenly spaced, oldest first.
        season: steps per season; 1 for none.
        level: share of values the intervals shall hold.
        origins: times the past is forecast from for the backtest; fewer where the series is short.
        events: by name, how strong a holiday or planned event is at each step of the series and of the horizon (mostly 0 or 1).

    Raises:
        BadInput: the series is shorter than two seasons and two horizons, or holds a number that is none.
    """
    if horizon < 1 or season < 1 or not 0 < level < 1:
        raise BadInput("bad_forecast", "horizon and season are at least 1, level lies between 0 and 1.")
    series = [float(each) for each in values]
    if not all(map(math.isfinite, series)):
        raise BadInput("not_numbers", "The series holds something that is no finite number.")
    least = _least(horizon, season)
    if len(series) < least:
        raise BadInput(
            "too_short", f"{len(series)} values are too few: this needs {least}.", hint="A shorter season or horizon."
        )
    given = checked(events, len(series) + horizon)
    model = _chosen(series, horizon, season, given)
    return Forecast(
        season,
        _ahead(series, model, horizon, season, level, given),
        _backtest(series, horizon, season, level, origins, given),
        _effects(model),
    )


def _effects(model: _Model) -> list[EventEffect]:
    found = []
    times = model.rates.logs
    for name, effect, error in zip(*model.known, strict=True):
        low, high = effect - 1.959964 * error, effect + 1.959964 * error
        if times:
            effect, low, high = math.exp(effect), math.exp(low), math.exp(high)
        found.append(EventEffect(name, effect, low, high, times))
    return found


def _least(horizon: int, season: int) -> int:
    return 2 * season + 2 * horizon + 2


def _backtest(
    series: list[float], horizon: int, season: int, level: float, origins: int, events: Events
) -> Backtest | None:
    first = max(_least(horizon, season), len(series) // 2)
    room = len(series) - horizon - first
    if room < 0 or origins < 1:
        return None
    many = min(origins, room // horizon + 1)
    error = naive = 0.0
    inside = seen = 0
    for number in range(many):
        origin = len(series) - horizon - number * max(horizon, room // max(many, 1))
        past, future = series[:origin], series[origin : origin + horizon]
        for step, (said, real) in enumerate(
            zip(
                _ahead(past, _chosen(past, horizon, season, events), horizon, season, level, events),
                future,
                strict=True,
            )
        ):
            error += abs(said.value - real)
            naive += abs(past[origin - season + step % season] - real)
            inside += said.low <= real <= said.high
            seen += 1
    return Backtest(many, error / seen, naive / seen, error / naive if naive else math.inf, inside / seen, level)


def _chosen(series: list[float], horizon: int, season: int, events: Events) -> _Model:
    """The rates whose forecasts of the past erred least."""
    scales = (False, True) if min(series) >= 0 else (False,)
    best: tuple[float, _Model] | None = None
    for logs in scales:
        scaled = [math.log1p(each) for each in series] if logs else series
        learnt = _learnt(scaled, season, logs, events) if events else NOTHING
        seasons = _SEASONS if season > 1 else (0.0,)
        for rates in product(_LEVELS, _TRENDS, seasons):
            chosen = _Rates(*rates, logs)
            errors, cost = _tried(scaled, series, chosen, horizon, season, _added(learnt, events, len(series)))
            if best is None or cost < best[0]:
                best = (cost, _Model(chosen, errors, learnt))
    assert best is not None
    return best[1]


def _learnt(scaled: list[float], season: int, logs: bool, events: Events) -> Known:
    """Effects of events, by a smoothing at middling rates that passes over their days."""
    rates = _Rates(_LEVELS[1], _TRENDS[0], _SEASONS[1] if season > 1 else 0.0, logs)
    start = 2 * season if season > 1 else 2
    busy = [any(values[place] for values in events.values()) for place in range(len(scaled))]
    state = _State(_patched(scaled, busy, season), season)
    off: list[tuple[int, float]] = []
    calm: list[float] = []
    for place in range(start, len(scaled)):
        said = state.ahead(0, place)
        if busy[place]:
            off.append((place, scaled[place] - said))
        else:
            calm.append(abs(scaled[place] - said))
        state.learn(said if busy[place] else scaled[place], place, rates)
    spread = sorted(calm)[len(calm) // 2] * 1.4826 if calm else 0.0
    return known(off, spread * spread, events)


def _patched(scaled: list[float], busy: Sequence[bool], season: int) -> list[float]:
    """The series with the other of the first two seasons in place of a day with an event, so that both begin without."""
    found = list(scaled)
    for place in range(min(2 * season, len(found))):
        twin = place + season if place < season else place - season
        if busy[place] and twin < len(found) and not busy[twin]:
            found[place] = scaled[twin]
    return found


def _added(learnt: Known, events: Events, length: int) -> list[float] | None:
    """What the events add at each step; None where nothing is known of any."""
    return [learnt.at(events, place) for place in range(length)] if learnt.names else None


def _tried(
    scaled: list[float], series: list[float], rates: _Rates, horizon: int, season: int, added: list[float] | None
) -> tuple[list[list[float]], float]:
    """Errors of forecasts made at places of the past, by step, and their mean size on the scale of the values."""
    start = 2 * season if season > 1 else 2
    last = len(scaled) - horizon
    every = max(1, (last - start) // _MOST_ORIGINS)
    errors: list[list[float]] = [[] for _ in range(horizon)]
    total = seen = 0.0
    plain = [each - more for each, more in zip(scaled, added, strict=True)] if added else scaled
    state = _State(plain, season)
    for place in range(start, last + 1):
        if (last - place) % every == 0 and place > start:
            for step in range(horizon):
                said = state.ahead(step, place) + (added[place + step] if added else 0.0)
                errors[step].append(scaled[place + step] - said)
                total += abs(series[place + step] - (math.expm1(min(said, 700)) if rates.logs else said))
                seen += 1
        if place < len(scaled):
            state.learn(plain[place], place, rates)
    for each in errors:
        each.sort()
    return errors, total / seen if seen else math.inf


class _State:
    """Level, trend and season slots, begun on the first two seasons."""

    def __init__(self, series: list[float], season: int) -> None:
        self.season = season
        if season > 1:
            self.level = math.fsum(series[season : 2 * season]) / season
            first = math.fsum(series[:season]) / season
            self.slots = [(series[at] - first + series[season + at] - self.level) / 2 for at in range(season)]
        else:
            self.level, self.slots = (series[0] + series[1]) / 2, [0.0]
        self.trend = 0.0

    def ahead(self, step: int, place: int) -> float:
        damped = _DAMPING * (1 - _DAMPING ** (step + 1)) / (1 - _DAMPING)
        return self.level + self.trend * damped + self.slots[(place + step) % self.season]

    def learn(self, value: float, place: int, rates: _Rates) -> None:
        slot = place % self.season
        before = self.level
        self.level += _DAMPING * self.trend
        self.level += rates.level * (value - self.slots[slot] - self.level)
        self.trend = _DAMPING * self.trend + rates.trend * (self.level - before - _DAMPING * self.trend)
        if self.season > 1:
            self.slots[slot] += rates.season * (value - self.level - self.slots[slot])


def _ahead(series: list[float], model: _Model, horizon: int, season: int, level: float, events: Events) -> list[Ahead]:
    logs = model.rates.logs
    scaled = [math.log1p(each) for each in series] if logs else series
    added = _added(model.known, events, len(series) + horizon)
    plain = [each - more for each, more in zip(scaled, added[: len(scaled)], strict=True)] if added else scaled
    state = _State(plain, season)
    for place in range(2 * season if season > 1 else 2, len(scaled)):
        state.learn(plain[place], place, model.rates)
    never_below = min(series) >= 0
    found = []
    for step in range(horizon):
        place = len(scaled) + step
        said = state.ahead(step, len(scaled)) + (added[place] if added else 0.0)
        wider = 2 * model.known.unsure(events, place) if added else 0.0
        errors = sorted(each for near in _near(step, horizon) for each in model.errors[near])
        rank = (len(errors) + 1) * (1 - level) / 2
        low = said + errors[max(0, math.floor(rank) - 1)] - wider
        high = said + errors[min(len(errors) - 1, math.ceil(len(errors) + 1 - rank) - 1)] + wider
        turned = [math.expm1(min(each, 700)) if logs else each for each in (said, low, high)]
        value, low, high = (max(each, 0.0) if never_below else each for each in turned)
        found.append(Ahead(step + 1, value, low, high))
    return found


def _near(step: int, horizon: int) -> range:
    """Steps whose errors stand for this one's: itself and its neighbours."""
    reach = max(1, horizon // 8)
    return range(max(0, step - reach), min(horizon, step + reach + 1))
