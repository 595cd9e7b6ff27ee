"""What a change did, by those it did not touch, for series of any step: ``engines.effects`` answers, its refusals are verdicts here.

Several touched series are taken as their mean. Nothing is known of a season: take it out first, or ask ``engines.effects``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from watchfloor.engines import effects
from watchfloor.engines.metrics.tails import beta_i
from watchfloor.kernel.errors import BadInput

METHODS = ("did", "synthetic")
LEAST_BEFORE, LEAST_AFTER = 8, 2


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


def effect(
    touched: Mapping[str, Sequence[float]],
    controls: Mapping[str, Sequence[float]],
    *,
    at: int,
    method: str = "did",
    level: float = 0.95,
) -> Effect:
    """Estimate what happened to ``touched`` from step ``at`` on.

    Args:
        touched: series by name, all as long.
        controls: series of what was not touched, as long.
        at: place of the first step after the change.
        method: ``did`` or ``synthetic``.

    Raises:
        BadInput: series of unlike length, none at all, fewer than 8 steps before or 2 after.
    """
    _checked(touched, controls, at, method, level)
    mean = np.array([list(each) for each in touched.values()], dtype=np.float64).mean(axis=0).tolist()
    measure = effects.difference_in_differences if method == "did" or len(controls) < 2 else effects.synthetic_control
    found = measure(mean, controls, at, season=0, level=level)
    verdict = "refused" if not found.enough or found.low is None or found.high is None else (
        "none seen" if found.low <= 0 <= found.high else "effect"
    )  # fmt: skip
    placebos = [Placebo(each.at, each.estimate, each.low, each.high) for each in found.placebo.time]
    return Effect(
        verdict, "" if verdict != "refused" else found.why, method, found.estimate, found.low, found.high, found.p, found.relative,
        1.0 if found.drift_p is None else found.drift_p, placebos, found.placebo.false, found.weights,
    )  # fmt: skip


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
