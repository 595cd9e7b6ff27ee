"""What was not touched: brought to the size of what was, without those that moved by themselves, and weighed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.engines.effects.shape import Values

_STEPS = 400
_TOO_FAR = 4.5  # standard errors: the largest of some eighty looks reaches it by chance in less than one of two hundred


def sized(touched: Values, table: Values, at: int) -> Values:
    """Controls with the mean of the touched before the change, so that what moves all by a share moves them alike."""
    own = touched[:at].mean()
    means = table[:, :at].mean(axis=1, keepdims=True)
    return table * np.where(means != 0, own / np.where(means == 0, 1.0, means), 1.0)


def steady(table: Values, season: int) -> list[int]:
    """Places of the controls that no step of their own sets apart from the rest; all, where it cannot be told (fewer than three)."""
    kept = list(range(len(table)))
    while len(kept) >= 3 and len(kept) > len(table) / 2:
        rows = table[kept]
        found = [
            _step(row - np.median(np.delete(rows, place, axis=0), axis=0), season) for place, row in enumerate(rows)
        ]
        worst = int(np.argmax(found))
        if found[worst] < _TOO_FAR:
            break
        kept.pop(worst)
    return kept


def _step(gaps: Values, season: int) -> float:
    """The largest step of a series anywhere, in standard errors that know of its autocorrelation."""
    count = len(gaps)
    steps = np.arange(count)
    if season and count >= 3 * season:
        gaps = gaps - np.array([gaps[steps % season == place].mean() for place in range(season)])[steps % season]
    gaps = gaps - gaps.mean()
    places = np.arange(4, count - 3)
    if len(places) == 0:
        return 0.0
    sums = np.cumsum(gaps)[places - 1]
    far = np.abs(sums) * count / (places * (count - places))  # mean before less mean after
    best = int(places[np.argmax(far * np.sqrt(places * (count - places) / count))])
    rest = np.concatenate([gaps[:best] - gaps[:best].mean(), gaps[best:] - gaps[best:].mean()])
    square = float(rest @ rest)
    if square <= 1e-12 * max(float(gaps @ gaps), 1e-300):
        return math.inf if float(gaps @ gaps) > 0 else 0.0
    rho = min(max(float(rest[1:] @ rest[:-1]) / square + 3 / count, 0.0), 0.9)
    error = math.sqrt(square / (count - 2) * count / (best * (count - best)) * (1 + rho) / (1 - rho))
    return float(far[best - 4]) / error


def weights(touched: Values, table: Values, seen: NDArray[Any]) -> Values:
    """Weights above nought that sum to one and bring the controls' course nearest to the touched one's at the steps ``seen``.

    Frank and Wolfe (1956), in pairs. Courses are taken about their own means: a level of its own is no fault in a control (Doudchenko and
    Imbens 2016).
    """
    aimed = touched[seen] - touched[seen].mean()
    courses = table[:, seen] - table[:, seen].mean(axis=1, keepdims=True)
    inner, aim = courses @ courses.T, courses @ aimed
    found = np.full(len(table), 1 / len(table))
    for _ in range(_STEPS):
        slope = inner @ found - aim
        best = int(slope.argmin())
        worst = int(np.where(found > 0, slope, -np.inf).argmax())
        if slope[worst] - slope[best] <= 1e-12 * (abs(slope[best]) + 1e-300):
            break
        curve = inner[best, best] - 2 * inner[best, worst] + inner[worst, worst]
        step = found[worst] if curve <= 0 else min(found[worst], (slope[worst] - slope[best]) / curve)
        found[best] += step
        found[worst] -= step
    return found


def apart(touched: Values, table: Values, at: int) -> tuple[Values, Values]:
    """Weights fitted before the change, and gaps: before it by weights that did not see them (in blocks), or they would look too small."""
    before = np.arange(at)
    found = weights(touched, table, before)
    gaps = touched - found @ table
    gaps[at:] -= gaps[:at].mean()
    blocks = 4 if at >= 16 else 2
    for block in range(blocks):
        held = (before >= block * at // blocks) & (before < (block + 1) * at // blocks)
        other = weights(touched, table, before[~held])
        course = touched[:at] - other @ table[:, :at]
        gaps[:at][held] = course[held] - course[~held].mean()
    return found, gaps
