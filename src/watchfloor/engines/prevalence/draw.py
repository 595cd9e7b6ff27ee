"""A random sample with known probabilities that anyone can draw again from its seed.

Each unit has a number between 0 and 1 that follows from the seed and its id (sha256): the draw does not depend on the order in which
the units are read, or on a program's random generator. Simple: the ``size`` smallest numbers, so each unit is in with probability
``size / N``. Stratified: likewise within each stratum. By views: ``size`` draws with replacement, each with a probability in proportion
to the unit's views (Hansen and Hurwitz 1943), by laying equally spaced points with a random start over the running sum of views in the
order of the numbers (systematic, Madow 1949); a much seen unit can be drawn several times.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.kernel.errors import BadInput

METHODS = ("simple", "stratified", "views")
_FEWEST = 30  # in a stratum, before shares are looked at: fewer say nothing of it


class Unit(msgspec.Struct, frozen=True):
    """One of the population: an event or an item. ``weight``: its views, for a sample of views."""

    id: str
    stratum: str = ""
    weight: float = 1.0


class Drawn(msgspec.Struct, frozen=True):
    """One drawn unit. ``probability`` of being in the sample (for views: the expected number of draws); ``times`` drawn."""

    id: str
    stratum: str
    probability: float
    times: int = 1


def seeded(seed: str, id: str) -> float:
    """The unit's number: uniform on [0, 1)."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{id}".encode()).digest()[:7]) / 2**56


def draw(
    units: Iterable[Unit], size: int, *, method: str = "simple", seed: str, shares: Mapping[str, float] | None = None
) -> list[Drawn]:
    """The sample, in a random order of its own.

    Args:
        method: one of ``METHODS``.
        shares: for ``stratified``: how much of the sample each stratum gets (they are scaled to 1); default in proportion to the
            stratum, with at least 30 (or all of it) from each.

    Raises:
        BadInput: nothing to draw from, a size below 1, an unknown method.
    """
    if method not in METHODS:
        raise BadInput("unknown_method", f"{method[:40]!r} is no way to draw.", where="method", hint=", ".join(METHODS))
    if size < 1:
        raise BadInput("bad_size", "A sample has at least one unit.", where="size")
    every = {unit.id: unit for unit in units}
    if not every:
        raise BadInput(
            "no_population", "Nothing fits the population: there is nothing to draw from.", where="population"
        )
    ordered = sorted(every.values(), key=lambda unit: (seeded(seed, unit.id), unit.id))
    if method == "views":
        return _by_weight(ordered, size, seed)
    strata: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in ordered:
        strata[unit.stratum if method == "stratified" else ""].append(unit)
    sizes = _sizes({name: len(many) for name, many in strata.items()}, min(size, len(ordered)), shares)
    chosen = {
        unit.id: Drawn(unit.id, unit.stratum, sizes[name] / len(many))
        for name, many in strata.items()
        for unit in many[: sizes[name]]
    }
    return [chosen[unit.id] for unit in ordered if unit.id in chosen]


def _sizes(counts: Mapping[str, int], size: int, shares: Mapping[str, float] | None) -> dict[str, int]:
    """How many from each stratum: at least the fewest that say something, the rest in proportion, never more than there are."""
    least = {name: min(count, _FEWEST, max(1, size // len(counts))) for name, count in counts.items()}
    weights = {
        name: max(0.0, (shares or {}).get(name, 0.0)) if shares else float(count) for name, count in counts.items()
    }
    total = sum(weights.values()) or 1.0
    found = {name: max(least[name], min(count, int(size * weights[name] / total))) for name, count in counts.items()}
    order = sorted(counts, key=lambda name: (-weights[name], name))
    while sum(found.values()) < size:
        grown = [name for name in order if found[name] < counts[name]]
        if not grown:
            break
        for name in grown[: size - sum(found.values())]:
            found[name] += 1
    while sum(found.values()) > size:
        name = max(
            (each for each in order if found[each] > 1),
            key=lambda each: (found[each] - least[each], found[each]),
            default="",
        )
        if not name or found[name] <= least[name]:
            break  # the least of each stratum may be more than was asked for
        found[name] -= 1
    return found


def _by_weight(ordered: Sequence[Unit], size: int, seed: str) -> list[Drawn]:
    whole = sum(max(0.0, unit.weight) for unit in ordered)
    if whole <= 0:
        raise BadInput(
            "no_views", "Nothing of the population was seen: there are no views to draw from.", where="population"
        )
    step = whole / size
    point = seeded(seed, "start of the views") * step
    drawn: list[Drawn] = []
    passed = 0.0
    for unit in ordered:
        passed += max(0.0, unit.weight)
        times = 0
        while point < passed and len(drawn) + times < size + 1:
            times += 1
            point += step
        if times:
            drawn.append(Drawn(unit.id, unit.stratum, size * unit.weight / whole, times))
    return drawn
