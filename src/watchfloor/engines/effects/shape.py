"""The answer of this engine, and the checks that every method makes of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from watchfloor.kernel.errors import BadInput

Values = NDArray[np.float64]

LEAST_BEFORE, LEAST_AFTER = 8, 3
LEAST_SEASONS = 3  # before the change, or its place in the season is not taken out


class InTime(msgspec.Struct, frozen=True):
    """The same estimate at a place before the change, where there was nothing to find."""

    at: int
    estimate: float
    low: float
    high: float


class InSpace(msgspec.Struct, frozen=True):
    """The same estimate for a control, which was not touched. ``ratio``: how far its gap widened, after over before."""

    name: str
    estimate: float
    ratio: float


class Placebo(msgspec.Struct, frozen=True):
    """What the method finds where nothing happened.

    Attributes:
        time: dates before the change.
        space: controls in the place of the touched.
        false: share of the intervals in time that exclude nought; None without any.
        p: of the touched among the controls: the share whose gap widened at least as much (itself counted).
    """

    time: list[InTime] = []
    space: list[InSpace] = []
    false: float | None = None
    p: float | None = None


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a change did.

    Attributes:
        estimate: mean change per step from the change on, in units of the values. None with its interval where ``enough`` is false.
        level: of the interval.
        p: two-sided.
        method: ``before_after``, ``did`` or ``synthetic``.
        counterfactual: the course without the change, every step (before it: what the method says of the past).
        band: half the width of the range in which single steps lie about it.
        relative: the estimate over the mean course without.
        drift_p: of the gaps before the change having no slope.
        weights: of the controls; those left out are not in it.
        left_out: controls that moved by themselves, and were not used.
        enough: a claim can be made.
        why: when not, the reason; from ``best`` also why this method.
    """

    method: str
    level: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    relative: float | None = None
    counterfactual: list[float] = []
    band: float = 0.0
    drift_p: float | None = None
    placebo: Placebo = Placebo()
    weights: dict[str, float] = {}
    left_out: list[str] = []
    enough: bool = True
    why: str = ""


def numbers(series: Sequence[float], at: int, level: float) -> Values:
    """A series as an array.

    Raises:
        BadInput: it is no table of finite numbers, the place of the change is not in it, or the level is none.
    """
    if not 0 < level < 1:
        raise BadInput("bad_level", "The level of an interval lies between 0 and 1.", where="level")
    found = np.asarray(series, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise BadInput("not_numbers", "A series holds something that is no finite number.", where="series")
    if not 0 <= at <= len(found):
        raise BadInput("bad_place", "The change lies outside the series.", where="at")
    return found


def table(controls: Mapping[str, Sequence[float]], length: int) -> Values:
    """Controls as rows.

    Raises:
        BadInput: they are not as long as the touched series.
    """
    rows = [np.asarray(each, dtype=np.float64) for each in controls.values()]
    if any(row.shape != (length,) for row in rows):
        raise BadInput("unlike_length", "All series must cover the same steps of time.", where="controls")
    if not all(np.isfinite(row).all() for row in rows):
        raise BadInput("not_numbers", "A series holds something that is no finite number.", where="controls")
    return np.array(rows) if rows else np.empty((0, length))


def lack(length: int, at: int) -> str:
    """Why so little past or future tells nothing; empty where it is enough."""
    if at < LEAST_BEFORE:
        return f"Too little history: {at} steps before the change, at least {LEAST_BEFORE} are needed."
    if length - at < LEAST_AFTER:
        return f"Too early: {length - at} steps after the change, at least {LEAST_AFTER} are needed."
    return ""


def season_of(season: int, at: int) -> int:
    """The season that can be taken out with so much past; 0: none."""
    return season if season > 1 and at >= LEAST_SEASONS * season else 0
