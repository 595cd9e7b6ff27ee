"""Many samples of a population whose truth is known: how often their 95 % intervals hold it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from watchfloor.engines.prevalence import Seen, Unit, draw, estimate

ITEMS, DRAWN = 2_000, 300


class Held(NamedTuple):
    """``share`` of the intervals held ``truth``; ``mean`` of the estimates."""

    share: float
    truth: float
    mean: float


def held(method: str, rounds: int) -> Held:
    """2,000 items, 4 % violating, five times as many of them in a small stratum, and seen more often."""
    rng = random.Random(7)
    violating, units = {}, []
    for n in range(ITEMS):
        stratum = "scored" if n % 10 == 0 else "rest"
        violating[str(n)] = rng.random() < (0.15 if stratum == "scored" else 0.03)
        units.append(Unit(str(n), stratum, rng.expovariate(1) * (3 if violating[str(n)] else 1)))
    if method == "views":
        truth = sum(unit.weight for unit in units if violating[unit.id]) / sum(unit.weight for unit in units)
    else:
        truth = sum(violating.values()) / ITEMS
    sizes = {"simple": {"": ITEMS}, "stratified": {"scored": ITEMS // 10, "rest": ITEMS - ITEMS // 10}}.get(method)
    shares = {"scored": 0.4, "rest": 0.6} if method == "stratified" else None
    within, means = 0, []
    for number in range(rounds):
        drawn = draw(units, DRAWN, method=method, seed=str(number), shares=shares)
        found = estimate(
            (
                Seen(
                    # Draws of views are equal parts of all views: each counts once.
                    probability=1.0 if method == "views" else each.probability, hit=violating[each.id], times=each.times,
                    expected=each.probability if method == "views" else 0.0,
                    stratum=each.stratum if method == "stratified" else "",
                )
                for each in drawn
            ),
            sizes=sizes,
        )  # fmt: skip
        within += found.low <= truth <= found.high
        means.append(found.share)
    return Held(within / rounds, truth, sum(means) / rounds)


def held_of_strata(strata: Sequence[tuple[int, float, int]], rounds: int) -> float:
    """How often the interval of a stratified sample held the truth. ``strata``: units, their share of hits, how many are drawn."""
    rng = random.Random(5)
    units = [[rng.random() < share for _ in range(many)] for many, share, _drawn in strata]
    truth = sum(map(sum, units)) / sum(map(len, units))
    sizes = {str(place): many for place, (many, _share, _drawn) in enumerate(strata)}
    within = 0
    for _ in range(rounds):
        seen = []
        for place, (there, (many, _share, drawn)) in enumerate(zip(units, strata, strict=True)):
            hits = sum(rng.sample(there, drawn))
            seen += [Seen(probability=drawn / many, hit=n < hits, stratum=str(place)) for n in range(drawn)]
        found = estimate(seen, sizes=sizes)
        within += found.low <= truth <= found.high
    return within / rounds
