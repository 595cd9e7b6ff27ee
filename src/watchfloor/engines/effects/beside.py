"""Against what was not touched: difference in differences, and a synthetic control.

Both make one series of gaps, the touched less what it would have been without, and look for a step in it (``noise``). Gaps that drifted
before the change already mean that the controls were no controls: then no effect is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from watchfloor.engines.effects.alone import false_share, places
from watchfloor.engines.effects.controls import apart, sized, steady, weights
from watchfloor.engines.effects.noise import Told, columns, slope_p, tell
from watchfloor.engines.effects.shape import (
    LEAST_BEFORE,
    Effect,
    InSpace,
    InTime,
    Placebo,
    Values,
    lack,
    numbers,
    season_of,
    table,
)

DRIFT = 0.05


def difference_in_differences(
    touched: Sequence[float],
    controls: Mapping[str, Sequence[float]],
    at: int,
    *,
    season: int = 7,
    level: float = 0.95,
    scaled: bool = False,
    placebos: bool = True,
) -> Effect:
    """The change of the touched less that of the mean of the controls.

    Args:
        touched: one value per step.
        controls: the same of what was not touched, by name.
        at: place of the first step after the change.
        scaled: bring controls to the size of the touched first (counts, where what moves all moves them by a share).
        placebos: try it where nothing happened as well (most of the time it takes).

    Raises:
        BadInput: series of unlike length or with something that is no number.
    """
    return _measured("did", touched, controls, at, season, level, scaled, placebos)


def synthetic_control(
    touched: Sequence[float],
    controls: Mapping[str, Sequence[float]],
    at: int,
    *,
    season: int = 7,
    level: float = 0.95,
    scaled: bool = False,
    placebos: bool = True,
) -> Effect:
    """The touched less the weighted mean of controls that tracked it best before (Abadie, Diamond and Hainmueller 2010); see above."""
    return _measured("synthetic", touched, controls, at, season, level, scaled, placebos)


def _measured(
    method: str, touched: Sequence[float], controls: Mapping[str, Sequence[float]], at: int, season: int, level: float, scaled: bool,
    placebos: bool,
) -> Effect:  # fmt: skip
    values = numbers(touched, at, level)
    rows = table(controls, len(values))
    least = 2 if method == "synthetic" else 1
    why = lack(len(values), at)
    if not why and len(rows) < least:
        why = (
            "There is nothing that was not touched."
            if not len(rows)
            else "A synthetic control needs at least two controls."
        )
    if why:
        return Effect(method=method, level=level, enough=False, why=why)
    names = list(controls)
    if scaled:
        rows = sized(values, rows, at)
    kept = steady(rows, season)
    left_out = [names[place] for place in range(len(names)) if place not in kept]
    rows, names = rows[kept], [names[place] for place in kept]
    share, gaps = _gaps(method, values, rows, at)
    season = season_of(season, at)
    drift = slope_p((values - share @ rows)[:at], season)
    shown = {name: round(float(each), 6) for name, each in zip(names, share, strict=True) if each > 1e-6}
    placebo = _placebos(method, values, rows, names, at, season, level) if placebos else Placebo()
    course = share @ rows
    without = course + (values[:at] - course[:at]).mean()
    if drift < DRIFT:
        why = f"The touched already moved away from the controls before the change (p = {drift:.2g}): what came after proves nothing."
        return Effect(
            method=method, level=level, drift_p=drift, placebo=placebo, weights=shown, left_out=left_out, enough=False, why=why,
            counterfactual=without.tolist(),
        )  # fmt: skip
    told = _told(gaps, at, season)
    low, high = told.interval(level)
    made = columns(len(values), at, season=season, trend=False)
    without = course + made[:, 1:] @ told.fit[1:] if method == "did" else without
    mean = float(values[at:].mean()) - told.estimate
    return Effect(
        method=method, level=level, estimate=told.estimate, low=low, high=high, p=told.p(),
        relative=told.estimate / mean if mean else None, counterfactual=without.tolist(), band=1.96 * told.spread, drift_p=drift,
        placebo=placebo, weights=shown, left_out=left_out,
    )  # fmt: skip


def _gaps(method: str, values: Values, rows: Values, at: int) -> tuple[Values, Values]:
    if method == "synthetic":
        return apart(values, rows, at)
    share = np.full(len(rows), 1 / len(rows))
    return share, values - share @ rows


def _told(gaps: Values, at: int, season: int) -> Told:
    return tell(gaps, columns(len(gaps), at, season=season_of(season, at), trend=False))


def _placebos(
    method: str, values: Values, rows: Values, names: Sequence[str], at: int, season: int, level: float
) -> Placebo:
    """In time: at dates before the change. In space: each control in the place of the touched, against the other controls."""
    tried = []
    after = len(values) - at
    calm = values[:at] - np.full(len(rows), 1 / len(rows)) @ rows[:, :at]
    for place in places(at, after, LEAST_BEFORE):
        end = min(at, place + after)
        gaps = calm[:end] if method == "did" else apart(values[:end], rows[:, :end], place)[1]
        told = _told(gaps, place, season)
        tried.append(InTime(place, told.estimate, *told.interval(level)))
    found = []
    if len(rows) >= 3:
        for place, name in enumerate(names):
            found.append(InSpace(name, *_widened(method, rows[place], np.delete(rows, place, axis=0), at)))
    share = None
    if found:
        own = _widened(method, values, rows, at)[1]
        share = (1 + sum(each.ratio >= own for each in found)) / (1 + len(found))
    return Placebo(tried, found, false_share(tried), share)


def _widened(method: str, values: Values, rows: Values, at: int) -> tuple[float, float]:
    """Mean gap after less before, and the root mean square of gaps after over that before."""
    share = weights(values, rows, np.arange(at)) if method == "synthetic" else np.full(len(rows), 1 / len(rows))
    gaps = values - share @ rows
    gaps = gaps - gaps[:at].mean()
    before = float(np.sqrt(np.square(gaps[:at]).mean()))
    after = float(np.sqrt(np.square(gaps[at:]).mean()))
    return float(gaps[at:].mean()), after / before if before > 0 else (0.0 if after == 0 else 1e9)
