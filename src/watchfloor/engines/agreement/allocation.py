"""How a budget of second looks is spread over strata: where there is most to learn, with a floor everywhere and all of what is gravest.

Neyman (1934): for the same number of looks the estimate of the whole is surest when each stratum gets them in proportion to its size
times its spread. Whole numbers: Wright (2012, "The equivalence of Neyman optimum allocation for sampling and equal proportions"): each
look in turn goes where it lowers the variance most, which is exactly optimal with floors and ceilings too. The spread of a share is
``sqrt(p (1 - p))``; a ``p`` from few verdicts is drawn towards that of all strata first (``guessed``), or a stratum without errors so
far would never be looked at again.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.engines.agreement.reliability import Prior, fit
from watchfloor.kernel.errors import BadInput

HOWS = ("neyman", "proportional", "equal")


class Stratum(msgspec.Struct, frozen=True):
    """Decisions of one kind. ``size``: how many there are; ``rate``: the share that is expected to be wrong; ``cost`` of one look (as
    compared with others); ``certain``: every one is looked at."""

    key: str
    size: int
    rate: float
    cost: float = 1.0
    certain: bool = False


def guessed(seen: Mapping[str, tuple[int, int]], usual: float = 0.05) -> dict[str, float]:
    """Expected rates from (wrong, read) by stratum, each drawn towards all of them; ``usual`` where nothing was read at all."""
    told = [pair for pair in seen.values() if pair[1]]
    prior = fit(told) if told else Prior(usual * 4, (1 - usual) * 4)
    if prior.a + prior.b < 4:
        prior = Prior(prior.mean * 4, (1 - prior.mean) * 4, prior.people)
    return {key: (prior.a + wrong) / (prior.a + prior.b + read) for key, (wrong, read) in seen.items()}


def allocate(strata: Iterable[Stratum], budget: float, *, how: str = "neyman", least: int = 2) -> dict[str, int]:
    """Looks for each stratum, together costing no more than ``budget`` (floors and certain strata are kept even where they cost more).

    Args:
        how: ``neyman``, ``proportional`` (to the size) or ``equal``.
        least: looks that each stratum gets (or all of it): without two its own spread cannot be told.

    Raises:
        BadInput: an unknown way, a size or rate that cannot be.
    """
    every = list(strata)
    if how not in HOWS:
        raise BadInput("unknown_way", f"{how[:40]!r} is no way to spread looks.", where="how", hint=", ".join(HOWS))
    for one in every:
        if one.size < 0 or not 0 <= one.rate <= 1 or one.cost <= 0:
            raise BadInput("bad_stratum", f"The stratum {one.key[:60]!r} has a size, rate or cost that cannot be.",
                           where=one.key[:60])  # fmt: skip
    given = {one.key: one.size if one.certain else min(one.size, least) for one in every}
    spent = sum(given[one.key] * one.cost for one in every)
    open_ones = {one.key: one for one in every if not one.certain}
    heap = [(-_gain(one, given[one.key], how), one.key) for one in open_ones.values() if given[one.key] < one.size]
    heapq.heapify(heap)
    while heap:
        worth, key = heapq.heappop(heap)
        one = open_ones[key]
        if worth >= 0 or spent + one.cost > budget + 1e-9:
            continue
        given[key] += 1
        spent += one.cost
        if given[key] < one.size:
            heapq.heappush(heap, (-_gain(one, given[key], how), key))
    return given


def standard_error(strata: Sequence[Stratum], looks: Mapping[str, int]) -> float:
    """Of the estimated share of wrong decisions in all strata, were the rates as expected (with the finite population correction)."""
    whole = sum(one.size for one in strata)
    variance = 0.0
    for one in strata:
        n = looks.get(one.key, 0)
        if not one.size or n >= one.size:
            continue
        if n == 0:
            return math.inf
        spread = one.size / max(1, one.size - 1) * one.rate * (1 - one.rate)
        variance += (one.size / whole) ** 2 * (1 - n / one.size) * spread / n
    return math.sqrt(variance)


def needed(strata: Sequence[Stratum], error: float, *, how: str = "neyman", least: int = 2) -> int:
    """The fewest looks (costs aside) that reach a standard error; all decisions where nothing less does.

    Raises:
        BadInput: an error that is not above zero.
    """
    if error <= 0:
        raise BadInput("bad_error", "A standard error is above zero.", where="error")
    alike = [msgspec.structs.replace(one, cost=1.0) for one in strata]
    low, high = 1, sum(one.size for one in alike)
    while low < high:
        middle = (low + high) // 2
        looks = allocate(alike, middle, how=how, least=least)
        if standard_error(alike, looks) <= error:
            high = middle
        else:
            low = middle + 1
    return max(low, sum(allocate(alike, low, how=how, least=least).values()))


def _gain(one: Stratum, n: int, how: str) -> float:
    """How urgent the next look is: by Wright, the fall of the variance; for the other ways, the quotient of apportionment."""
    if how == "neyman":
        weight = one.size * math.sqrt(one.size / max(1, one.size - 1) * one.rate * (1 - one.rate) / one.cost)
        return weight / math.sqrt(n * (n + 1)) if n else math.inf if weight > 0 else 0.0
    return (one.size if how == "proportional" else 1.0) / (n + 0.5)
