"""Which method to believe: the one that foretold the last third of the time before the change best, from the two thirds before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from watchfloor.engines.effects.alone import LEAST, before_after, expected, stepped
from watchfloor.engines.effects.beside import difference_in_differences, synthetic_control
from watchfloor.engines.effects.controls import sized, steady, weights
from watchfloor.engines.effects.shape import Effect, Values, numbers, season_of, table

WORDS = {
    "before_after": "its own past",
    "did": "the mean of the controls",
    "synthetic": "a weighted mean of the controls",
}
_SIMPLER = {
    "did": 1.0,
    "synthetic": 0.9,
    "before_after": 0.75,
}  # what has more to fit, or assumes more, must miss by so much less


def best(
    touched: Sequence[float],
    controls: Mapping[str, Sequence[float]],
    at: int,
    *,
    season: int = 7,
    level: float = 0.95,
    scaled: bool = False,
    placebos: bool = True,
) -> Effect:
    """The effect by the method whose foretelling of the time before the change missed by least; ``why`` names it and the misses.

    A method that refuses is passed over. What came after the change has no say in the choice.

    Raises:
        BadInput: as the methods.
    """
    values = numbers(touched, at, level)
    rows = table(controls, len(values))
    misses = _misses(values, rows, at, season, scaled)
    order = sorted(misses, key=lambda name: misses[name] / _SIMPLER[name])
    if (
        order and order[0] != "before_after"
    ):  # controls that foretell better and are refused all the same are no reason to do without
        order = [name for name in order if name != "before_after"]
    refused: Effect | None = None
    for name in order or ["did" if len(rows) else "before_after"]:
        if name == "before_after":
            found = before_after(touched, at, season, level=level, placebos=placebos)
        else:
            measure = difference_in_differences if name == "did" else synthetic_control
            found = measure(touched, controls, at, season=season, level=level, scaled=scaled, placebos=placebos)
        if found.enough:
            return msgspec.structs.replace(found, why=_why(name, misses))
        refused = refused or found
    assert refused is not None
    return refused


def _misses(values: Values, rows: Values, at: int, season: int, scaled: bool) -> dict[str, float]:
    """How far each method that can be tried missed the last third before the change, per step."""
    cut = at - at // 3
    found: dict[str, float] = {}
    if len(rows) and cut >= 4:
        known = sized(values, rows, cut)[:, :at] if scaled else rows[:, :at]
        known = known[steady(known, season)]
        found["did"] = _miss(values[:at] - known.mean(axis=0), cut, season)
        if len(known) >= 2 and cut >= 8:
            found["synthetic"] = _miss(values[:at] - weights(values[:at], known, np.arange(cut)) @ known, cut, season)
    if cut >= LEAST:
        told = stepped(values[:at], cut, season)
        found["before_after"] = _root(values[cut:at] - expected(values[:at], cut, season, told)[cut:])
    elif at >= LEAST and not found:
        found["before_after"] = 0.0
    return found


def _miss(gaps: Values, cut: int, season: int) -> float:
    """Of gaps that go on as before ``cut``, each place of the season by itself."""
    season = season_of(season, cut)
    if not season:
        return _root(gaps[cut:] - gaps[:cut].mean())
    usual = np.array([gaps[:cut][place::season].mean() for place in range(season)])
    return _root(gaps[cut:] - usual[np.arange(cut, len(gaps)) % season])


def _root(gaps: Values) -> float:
    return float(np.sqrt(np.square(gaps).mean()))


def _why(name: str, misses: Mapping[str, float]) -> str:
    told = ", ".join(f"{WORDS[each]} {miss:.3g}" for each, miss in sorted(misses.items(), key=lambda pair: pair[1]))
    return f"Against {WORDS[name]}. Missed per step before the change by: {told}."
