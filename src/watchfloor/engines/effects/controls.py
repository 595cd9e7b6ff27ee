"""What was not touched: brought to the size of what was, without those that moved by themselves, and weighed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import median

from watchfloor.engines.effects.noise import course, dot
from watchfloor.engines.effects.shape import Values, less, mean

_STEPS = 400
_TOO_FAR = 4.5  # standard errors: the largest of some eighty looks reaches it by chance in less than one of two hundred


def sized(touched: Values, table: Sequence[Values], at: int) -> list[Values]:
    """Controls with the mean of the touched before the change, so that what moves all by a share moves them alike."""
    own = mean(touched[:at])
    found = []
    for row in table:
        usual = mean(row[:at])
        found.append([value * own / usual for value in row] if usual else list(row))
    return found


def steady(table: Sequence[Values], season: int) -> list[int]:
    """Places of the controls that no step of their own sets apart from the rest; all, where it cannot be told (fewer than three)."""
    kept = list(range(len(table)))
    while len(kept) >= 3 and len(kept) > len(table) / 2:
        found = []
        for place in kept:
            others = [table[other] for other in kept if other != place]
            found.append(_step(less(table[place], [median(step) for step in zip(*others, strict=True)]), season))
        worst = max(range(len(kept)), key=found.__getitem__)
        if found[worst] < _TOO_FAR:
            break
        kept.pop(worst)
    return kept


def _step(gaps: Values, season: int) -> float:
    """The largest step of a series anywhere, in standard errors that know of its autocorrelation."""
    count = len(gaps)
    if season and count >= 3 * season:
        usual = [mean(gaps[place::season]) for place in range(season)]
        gaps = [gap - usual[step % season] for step, gap in enumerate(gaps)]
    middle = mean(gaps)
    gaps = [gap - middle for gap in gaps]
    sums = list(accumulate(gaps))
    places = range(4, count - 3)
    if not places:
        return 0.0
    far = {
        place: abs(sums[place - 1]) * count / (place * (count - place)) for place in places
    }  # mean before less after
    best = max(places, key=lambda place: far[place] * math.sqrt(place * (count - place) / count))
    first, last = mean(gaps[:best]), mean(gaps[best:])
    rest = [gap - (first if step < best else last) for step, gap in enumerate(gaps)]
    square, whole = dot(rest, rest), dot(gaps, gaps)
    if square <= 1e-12 * max(whole, 1e-300):
        return math.inf if whole > 0 else 0.0
    rho = min(max(dot(rest[1:], rest[:-1]) / square + 3 / count, 0.0), 0.9)
    error = math.sqrt(square / (count - 2) * count / (best * (count - best)) * (1 + rho) / (1 - rho))
    return far[best] / error


def weights(touched: Values, table: Sequence[Values], seen: Sequence[int]) -> Values:
    """Weights above nought that sum to one and bring the controls' course nearest to the touched one's at the steps ``seen``.

    Frank and Wolfe (1956), in pairs. Courses are taken about their own means: a level of its own is no fault in a control (Doudchenko and
    Imbens 2016).
    """
    aimed = _about(touched, seen)
    courses = [_about(row, seen) for row in table]
    inner = [[dot(one, other) for other in courses] for one in courses]
    aim = [dot(one, aimed) for one in courses]
    many = len(table)
    found = [1 / many] * many
    for _ in range(_STEPS):
        slope = [dot(row, found) - goal for row, goal in zip(inner, aim, strict=True)]
        best = min(range(many), key=slope.__getitem__)
        worst = max((place for place in range(many) if found[place] > 0), key=slope.__getitem__)
        if slope[worst] - slope[best] <= 1e-12 * (abs(slope[best]) + 1e-300):
            break
        curve = inner[best][best] - 2 * inner[best][worst] + inner[worst][worst]
        step = found[worst] if curve <= 0 else min(found[worst], (slope[worst] - slope[best]) / curve)
        found[best] += step
        found[worst] -= step
    return found


def apart(touched: Values, table: Sequence[Values], at: int) -> tuple[Values, Values]:
    """Weights fitted before the change, and gaps: before it by weights that did not see them (in blocks), or they would look too small."""
    found = weights(touched, table, range(at))
    gaps = less(touched, course(table, found))
    usual = mean(gaps[:at])
    gaps = [gap if step < at else gap - usual for step, gap in enumerate(gaps)]
    blocks = 4 if at >= 16 else 2
    for block in range(blocks):
        start, end = block * at // blocks, (block + 1) * at // blocks
        seen = [step for step in range(at) if not start <= step < end]
        away = less(touched[:at], course([row[:at] for row in table], weights(touched, table, seen)))
        usual = mean([away[step] for step in seen])
        gaps[start:end] = [gap - usual for gap in away[start:end]]
    return found, gaps


def _about(row: Values, seen: Sequence[int]) -> Values:
    chosen = [row[step] for step in seen]
    middle = mean(chosen)
    return [value - middle for value in chosen]
