"""What a change did, by those it did not touch: difference in differences and synthetic control, which refuse when they cannot know.

Both make one series of gaps, the touched less what they would have been without: the mean of the controls (difference in differences) or
the weighted mean of controls that tracked them best before (synthetic control; Abadie, Diamond and Hainmueller 2010). The effect is
the mean gap after less the mean gap before. Its interval is Student's, with the variance of means of a first-order autoregression
(the gaps of one day are like those of the day before), fitted to the gaps with the usual correction for short series. The same
estimate at dates before the change, where there was none to find, tells whether such intervals hold here; a drift of the gaps before the
change means that the controls were no controls, and then no effect is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from watchfloor.engines.metrics.tails import beta_i
from watchfloor.kernel.errors import BadInput

METHODS = ("did", "synthetic")
LEAST_BEFORE, LEAST_AFTER = 8, 2
_STEPS = 400
_BIAS, _MOST_RHO = 2.0, 0.95
_UNSURE = 0.6  # standard errors of the autocorrelation that are added to it: taken too small, intervals would promise too much


class Placebo(msgspec.Struct, frozen=True):
    """The same estimate at a place in time where nothing changed."""

    at: int
    effect: float
    low: float
    high: float


class Effect(msgspec.Struct, frozen=True):
    """What a change did.

    Attributes:
        verdict: ``effect`` (the interval excludes nought), ``none seen``, or ``refused`` (see ``why``; the numbers are then None).
        effect: mean change of the touched by the change, per step of time, in units of the values.
        p: two-sided.
        relative: the effect over what the touched would have been without.
        drift_p: of the gaps before the change having no slope; small means the controls moved differently already.
        placebos: dates before the change tried the same way.
        placebo_false: share of their intervals that exclude nought.
        weights: of the controls.
    """

    verdict: str
    why: str
    method: str
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    relative: float | None
    drift_p: float
    placebos: list[Placebo]
    placebo_false: float | None
    weights: dict[str, float]


class _Mean(NamedTuple):
    effect: float
    error: float
    freedom: float


def effect(
    touched: Mapping[str, Sequence[float]],
    controls: Mapping[str, Sequence[float]],
    *,
    at: int,
    method: str = "did",
    level: float = 0.95,
    drift_alpha: float = 0.05,
) -> Effect:
    """Estimate what happened to ``touched`` from step ``at`` on.

    Args:
        touched: series by name, all as long.
        controls: series of what was not touched, as long.
        at: place of the first step after the change.
        method: ``did`` or ``synthetic``.
        drift_alpha: refuse when the test of equal trends before the change gives less.

    Raises:
        BadInput: series of unlike length, none at all, fewer than 8 steps before or 2 after.
    """
    length = _checked(touched, controls, at, method, level)
    mean = [math.fsum(each[step] for each in touched.values()) / len(touched) for step in range(length)]
    names = list(controls)
    table = [[float(value) for value in controls[name]] for name in names]
    if method == "did":
        weights = [1 / len(names)] * len(names)
        gaps = calm = _gaps(mean, table, weights)
    else:
        weights, gaps = _synthetic(mean, table, at)
        calm = _gaps(mean, table, weights)
    fitted = sum(weight > 0.01 for weight in weights) if method == "synthetic" else 1
    drift = _drift_p(calm[:at])
    placebos = [
        Placebo(place, found.effect, *_interval(found, level))
        for place in range(max(LEAST_BEFORE, at // 3), at - LEAST_AFTER + 1, max(1, at // 12))
        for found in [_placebo(mean[:at], table, calm[:at], place, method)]
    ]
    false = sum(not each.low <= 0 <= each.high for each in placebos) / len(placebos) if placebos else None
    shown = {name: round(weight, 6) for name, weight in zip(names, weights, strict=True) if weight > 1e-6}
    if drift < drift_alpha:
        why = f"Before the change the touched already moved away from the controls (p = {drift:.2g}): what came after proves nothing."
        return Effect("refused", why, method, None, None, None, None, None, drift, placebos, false, shown)
    found = _change(gaps, at, fitted)
    low, high = _interval(found, level)
    without = math.fsum(mean[at:]) / (length - at) - found.effect
    p = student_p(found.effect / found.error, found.freedom) if found.error else float(found.effect == 0)
    verdict = "none seen" if low <= 0 <= high else "effect"
    relative = found.effect / without if without else None
    return Effect(verdict, "", method, found.effect, low, high, p, relative, drift, placebos, false, shown)


def _checked(
    touched: Mapping[str, Sequence[float]], controls: Mapping[str, Sequence[float]], at: int, method: str, level: float
) -> int:
    if method not in METHODS:
        raise BadInput("bad_method", f"There is no method {method!r}.", hint=f"One of {', '.join(METHODS)}.")
    if not 0 < level < 1:
        raise BadInput("bad_level", "The level of an interval lies between 0 and 1.")
    if not touched or not controls:
        raise BadInput("no_units", "An effect needs at least one touched series and one that was not.")
    lengths = {len(each) for each in (*touched.values(), *controls.values())}
    if len(lengths) > 1:
        raise BadInput("unlike_length", "All series must cover the same steps of time.")
    length = lengths.pop()
    if at < LEAST_BEFORE or length - at < LEAST_AFTER:
        raise BadInput("too_short", f"There must be {LEAST_BEFORE} steps before the change and {LEAST_AFTER} after it.")
    if not all(math.isfinite(value) for each in (*touched.values(), *controls.values()) for value in each):
        raise BadInput("not_numbers", "A series holds something that is no finite number.")
    return length


def _placebo(
    mean: Sequence[float], table: Sequence[Sequence[float]], calm: Sequence[float], place: int, method: str
) -> _Mean:
    """The estimate at a place before the change; weights of a synthetic control know only what came before that place."""
    if method == "did":
        return _change(calm, place, 1)
    weights, gaps = _synthetic(mean, [each[: len(mean)] for each in table], place)
    return _change(gaps, place, sum(weight > 0.01 for weight in weights))


def _gaps(mean: Sequence[float], table: Sequence[Sequence[float]], weights: Sequence[float]) -> list[float]:
    return [
        value - math.fsum(weight * each[step] for weight, each in zip(weights, table, strict=True))
        for step, value in enumerate(mean)
    ]


def _synthetic(mean: Sequence[float], table: Sequence[Sequence[float]], at: int) -> tuple[list[float], list[float]]:
    """Weights fitted before the change; gaps before it by weights that did not see them (four blocks), or they would look too small."""
    weights = _weights(mean, table, range(at))
    gaps = _gaps(mean, table, weights)
    blocks = 4 if at >= 4 * 4 else 2
    for block in range(blocks):
        held = range(block * at // blocks, (block + 1) * at // blocks)
        seen = [step for step in range(at) if step not in held]
        other = _weights(mean, table, seen)
        apart = _gaps(mean, table, other)
        own = math.fsum(apart[step] for step in seen) / len(seen)
        for step in held:
            gaps[step] = apart[step] - own
    shift = math.fsum(_gaps(mean, table, weights)[:at]) / at
    for step in range(at, len(mean)):
        gaps[step] -= shift
    return weights, gaps


def _weights(mean: Sequence[float], table: Sequence[Sequence[float]], steps: Sequence[int]) -> list[float]:
    """Weights above nought that sum to one and bring the controls' course nearest to the touched one's (Frank and Wolfe, 1956).

    Courses are taken about their own means: a level of its own is no fault in a control (Doudchenko and Imbens, 2016).
    """
    count = len(steps)

    def about(values: Sequence[float]) -> list[float]:
        centre = math.fsum(values[step] for step in steps) / count
        return [values[step] - centre for step in steps]

    target, courses = about(mean), [about(each) for each in table]
    inner = [[sum(a * b for a, b in zip(one, other, strict=True)) for other in courses] for one in courses]
    aim = [sum(a * b for a, b in zip(each, target, strict=True)) for each in courses]
    weights = [1 / len(courses)] * len(courses)
    product = [sum(w * row for w, row in zip(weights, line, strict=True)) for line in inner]
    for _ in range(_STEPS):
        slope = [p - a for p, a in zip(product, aim, strict=True)]
        best = min(range(len(slope)), key=slope.__getitem__)
        worst = max((at for at in range(len(slope)) if weights[at] > 0), key=slope.__getitem__)
        if slope[worst] - slope[best] <= 1e-12 * (abs(slope[best]) + 1e-300):
            break
        # From the worst control held to the best one, as far as it helps (pairwise steps).
        curve = inner[best][best] - 2 * inner[best][worst] + inner[worst][worst]
        step = weights[worst] if curve <= 0 else min(weights[worst], (slope[worst] - slope[best]) / curve)
        weights[best] += step
        weights[worst] -= step
        product = [
            p + step * (line_best - line_worst)
            for p, line_best, line_worst in zip(product, inner[best], inner[worst], strict=True)
        ]
    return weights


def _change(gaps: Sequence[float], at: int, fitted: int) -> _Mean:
    """Mean gap after less before, its standard error and its degrees of freedom."""
    before, after = gaps[:at], gaps[at:]
    m0, m1 = math.fsum(before) / len(before), math.fsum(after) / len(after)
    rest = [each - m0 for each in before] + [each - m1 for each in after]
    count = len(rest)
    square = math.fsum(each * each for each in rest)
    if square <= 0:
        return _Mean(m1 - m0, 0.0, max(1, count - 2))
    inner = math.fsum(a * b for place, (a, b) in enumerate(pairwise(rest)) if place != at - 1)
    rho = inner / square
    rho = _made_good(rho, count)
    across = _inflation(len(before), rho) / len(before) + _inflation(len(after), rho) / len(after)
    across -= 2 * _between(len(before), len(after), rho)
    lost = (_inflation(len(before), rho) + _inflation(len(after), rho)) + fitted - 1
    freedom = max(1.0, count - lost)
    variance = square / freedom
    effective = max(1.0, freedom * (1 - rho * rho) / (1 + rho * rho))
    return _Mean(m1 - m0, math.sqrt(variance * max(across, 0.0)), effective)


def _made_good(rho: float, count: int) -> float:
    """Autocorrelation of the errors from that of residuals about two fitted numbers, which is too small (Kendall 1954)."""
    spread = math.sqrt(max(1 - rho * rho, 0.1) / count)
    return min(max(rho + _BIAS * (1 + 4 * max(rho, 0.0)) / count + _UNSURE * spread, 0.0), _MOST_RHO)


def _inflation(count: int, rho: float) -> float:
    """Variance of a mean of ``count`` steps of a first-order autoregression, over that of independent ones."""
    if not rho:
        return 1.0
    return (1 + rho) / (1 - rho) - 2 * rho * (1 - rho**count) / (count * (1 - rho) ** 2)


def _between(before: int, after: int, rho: float) -> float:
    """Covariance of the two means, over the variance of a step."""
    if not rho:
        return 0.0
    return rho * (1 - rho**before) * (1 - rho**after) / ((1 - rho) ** 2 * before * after)


def _drift_p(gaps: Sequence[float]) -> float:
    """Two-sided p of no slope of the gaps, with the autocorrelation of what the slope leaves."""
    count = len(gaps)
    centre, mean = (count - 1) / 2, math.fsum(gaps) / count
    spread = math.fsum((step - centre) ** 2 for step in range(count))
    slope = math.fsum((step - centre) * gap for step, gap in enumerate(gaps)) / spread
    rest = [gap - mean - slope * (step - centre) for step, gap in enumerate(gaps)]
    square = math.fsum(each * each for each in rest)
    if square <= 0:
        return 1.0 if not slope else 0.0
    rho = math.fsum(a * b for a, b in pairwise(rest)) / square
    rho = _made_good(rho, count)
    inflation = (1 + rho) / (1 - rho)
    freedom = max(1.0, count - 2 * inflation)
    error = math.sqrt(square / freedom / spread * inflation)
    return student_p(slope / error, max(1.0, freedom * (1 - rho * rho) / (1 + rho * rho)))


def _interval(found: _Mean, level: float) -> tuple[float, float]:
    reach = found.error * student_quantile(level, found.freedom)
    return found.effect - reach, found.effect + reach


def student_p(t: float, freedom: float) -> float:
    """Two-sided p of Student's t."""
    return beta_i(freedom / (freedom + t * t), freedom / 2, 0.5)


def student_quantile(level: float, freedom: float) -> float:
    """The t that the middle ``level`` of Student's distribution lies within."""
    low, high = 0.0, 1.0
    while student_p(high, freedom) > 1 - level and high < 1e12:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_p(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2
