"""Drawing decisions for a second look, so that what is found speaks for all of them: the chance of each to be drawn is known.

A decision is looked at when its own number (sha256 of the seed and its id, ``prevalence.seeded``) lies among the smallest of its
stratum, or, independently and by another number, among the smallest of its person. So its chance is
``1 - (1 - n/N of its stratum) (1 - m/M of its person)``, whoever draws again finds the same ones, and nobody's floor bends the estimate:
the weights undo it (Horvitz and Thompson 1952).

For decisions that go by one after another and are not counted beforehand, ``picked`` draws each by itself with a chance it is given
(Poisson sampling).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.engines.prevalence.draw import seeded


class Unit(msgspec.Struct, frozen=True):
    """A decision that may be drawn."""

    id: str
    stratum: str
    person: str = ""


class Drawn(msgspec.Struct, frozen=True):
    """A drawn decision with the chance it had; ``why``: ``certain``, ``stratum`` or ``floor`` (of its person)."""

    id: str
    stratum: str
    person: str
    probability: float
    why: str


def draw(units: Iterable[Unit], looks: Mapping[str, int], *, seed: str, floor: int = 0) -> list[Drawn]:
    """The decisions to look at, in a random order.

    Args:
        looks: how many of each stratum (``allocation.allocate``); a stratum that is not named gets none.
        floor: looks that each person is expected to get in all; what the strata are not expected to give is added.
    """
    every = list(units)
    strata: defaultdict[str, list[Unit]] = defaultdict(list)
    people: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in every:
        strata[unit.stratum].append(unit)
        if unit.person:
            people[unit.person].append(unit)
    share = {key: min(1.0, looks.get(key, 0) / len(many)) for key, many in strata.items()}
    chosen: dict[str, str] = {}
    for key, many in strata.items():
        for unit in _smallest(many, min(looks.get(key, 0), len(many)), seed):
            chosen[unit.id] = "certain" if share[key] >= 1 else "stratum"
    topped = _floors(people, share, floor)
    for person, many in people.items():
        for unit in _smallest(many, topped[person], seed + " of people"):
            chosen.setdefault(unit.id, "floor")
    found = []
    for unit in every:
        why = chosen.get(unit.id)
        if why is None:
            continue
        more = topped[unit.person] / len(people[unit.person]) if unit.person else 0.0
        chance = 1 - (1 - share[unit.stratum]) * (1 - more)
        found.append(Drawn(unit.id, unit.stratum, unit.person, chance, why))
    return sorted(found, key=lambda each: (seeded(seed + " order", each.id), each.id))


def picked(seed: str, id: str, probability: float) -> bool:
    """Whether this one is drawn, by itself, with this chance."""
    return seeded(seed, id) < probability


def _floors(people: Mapping[str, Sequence[Unit]], share: Mapping[str, float], floor: int) -> dict[str, int]:
    """How many more of each person: by what is expected, not by what came, so that the chance stays known."""
    found = {}
    for person, many in people.items():
        expected = sum(share[unit.stratum] for unit in many)
        missing = floor - expected
        left = len(many) - expected
        # a decision that the strata gave may be drawn again here: so many make up for it on average
        found[person] = min(len(many), round(missing * len(many) / left)) if missing > 0 and left > 0 else 0
    return found


def _smallest(units: Sequence[Unit], many: int, seed: str) -> list[Unit]:
    return sorted(units, key=lambda unit: (seeded(seed, unit.id), unit.id))[:many] if many else []
