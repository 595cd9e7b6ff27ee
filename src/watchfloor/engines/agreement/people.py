"""How right each person is, when samples are small: drawn towards the others, and put in an order only where that order is not noise.

Each person's share of wrong decisions is taken from a beta distribution whose mean and spread the people themselves show
(``reliability.fit``); their own verdicts move it. From those posteriors follows the probability that somebody is really among the worst
``k``. With ten or twenty verdicts for each of hundreds of people, the lowest scores are mostly bad luck: then nobody reaches the
probability that is asked for, and no list is made.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import NormalDist

import msgspec

from watchfloor.engines.agreement.reliability import Prior, cumulative, fit, quantile
from watchfloor.kernel.errors import BadInput

SURE = 0.9  # the probability below which a place among the worst is not told
_EXACT = 40  # people, up to which the number of worse ones is counted exactly
_STEPS = 120
_NORMAL = NormalDist()


class Checked(msgspec.Struct, frozen=True):
    """What was found of one person: ``wrong`` of ``read`` decisions. ``expected``: wrong ones, had they been like everybody on the same
    work (None: not known)."""

    who: str
    wrong: int
    read: int
    expected: float | None = None


class Person(msgspec.Struct, frozen=True):
    """One person's share of wrong decisions: the raw one, and the estimate with where it lies with 95 % probability.

    ``among_worst``: the probability of really being among the worst ``k`` of all.
    """

    who: str
    wrong: int
    read: int
    raw: float | None
    value: float
    low: float
    high: float
    among_worst: float


class Standing(msgspec.Struct, frozen=True):
    """Everybody's estimate (in the order given), and who is among the worst ``k`` with a probability of ``sure`` or more.

    ``named`` is empty where it would be noise; ``spread`` is the standard deviation between people that chance does not explain.
    """

    people: tuple[Person, ...]
    prior: Prior
    k: int
    sure: float
    named: tuple[str, ...]
    spread: float


def standing(checked: Iterable[Checked], *, worst: float = 0.1, sure: float = SURE) -> Standing:
    """Estimates of all, and the places that are no noise.

    Args:
        worst: the share of people that is asked about: 0.1 is the worst tenth.
        sure: how probable a place must be before it is told.

    Raises:
        BadInput: counts that cannot be.
    """
    everybody = list(checked)
    for one in everybody:
        if not 0 <= one.wrong <= one.read:
            raise BadInput("bad_counts", f"{one.wrong} wrong of {one.read} read cannot be.", where=one.who[:40])
    prior = fit((one.wrong, one.read) for one in everybody)
    beliefs = [(prior.a + one.wrong, prior.b + one.read - one.wrong) for one in everybody]
    k = max(1, round(worst * len(everybody))) if everybody else 0
    places = among_worst(beliefs, k)
    people = tuple(
        Person(
            one.who, one.wrong, one.read, one.wrong / one.read if one.read else None, a / (a + b),
            quantile(a, b, 0.025), quantile(a, b, 0.975), place,
        )
        for one, (a, b), place in zip(everybody, beliefs, places, strict=True)
    )  # fmt: skip
    weight = prior.a + prior.b
    named = sorted((one for one in people if one.among_worst >= sure and k < len(people)), key=lambda one: -one.value)
    return Standing(people, prior, k, sure, tuple(one.who for one in named),
                    math.sqrt(prior.mean * (1 - prior.mean) / (weight + 1)))  # fmt: skip


def among_worst(beliefs: Sequence[tuple[float, float]], k: int) -> list[float]:
    """For each Beta(a, b): the probability that fewer than ``k`` of the others are above it.

    The others above a point are a sum of independent yeses and noes: counted exactly for few people, else by the normal
    approximation with the correction of its skewness (Volkova 1996).
    """
    many = len(beliefs)
    if many <= k:
        return [1.0] * many
    count = Counter(beliefs)
    top = max(quantile(a, b, 0.9999) for a, b in count)
    edges = [top * step / _STEPS for step in range(_STEPS)] + [1.0]
    below = {kind: [cumulative(*kind, x) for x in edges] for kind in count}
    found: dict[tuple[float, float], float] = dict.fromkeys(count, 0.0)
    for at in range(_STEPS):
        above = {kind: 1 - (row[at] + row[at + 1]) / 2 for kind, row in below.items()}
        fewer = _Above([(above[kind], number) for kind, number in count.items()], k)
        for kind, row in below.items():
            mass = row[at + 1] - row[at]
            if mass > 1e-9:
                found[kind] += mass * fewer.without(above[kind])
    return [min(1.0, found[belief]) for belief in beliefs]


class _Above:
    """How many of all are above a point: independent yeses, each chance so many times."""

    def __init__(self, chances: Sequence[tuple[float, int]], k: int) -> None:
        self.chances, self.k = chances, k
        self.many = sum(number for _, number in chances)
        self.mean = math.fsum(c * number for c, number in chances)
        self.variance = math.fsum(c * (1 - c) * number for c, number in chances)
        self.third = math.fsum(c * (1 - c) * (1 - 2 * c) * number for c, number in chances)

    def without(self, own: float) -> float:
        """The probability that fewer than ``k`` are above, one with this chance left out."""
        if self.many <= _EXACT:
            return self._counted(own)
        variance = self.variance - own * (1 - own)
        mean = self.mean - own
        if variance < 1e-9:
            return 1.0 if mean < self.k - 0.5 else 0.0
        spread = math.sqrt(variance)
        skew = (self.third - own * (1 - own) * (1 - 2 * own)) / spread**3
        x = (self.k - 0.5 - mean) / spread
        return min(1.0, max(0.0, _NORMAL.cdf(x) + skew * (1 - x * x) * _NORMAL.pdf(x) / 6))

    def _counted(self, own: float) -> float:
        ways = [1.0] + [0.0] * (self.k - 1)  # by how many so far; k and more are dropped
        left_out = False
        for chance, number in self.chances:
            times = number
            if not left_out and chance == own:
                times, left_out = number - 1, True
            for _ in range(times):
                for count in range(self.k - 1, 0, -1):
                    ways[count] = ways[count] * (1 - chance) + ways[count - 1] * chance
                ways[0] *= 1 - chance
        return min(1.0, math.fsum(ways))
