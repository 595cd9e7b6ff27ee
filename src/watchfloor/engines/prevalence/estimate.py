"""What a labelled sample says of the whole: a share with its interval, by the design the sample was drawn with.

Each labelled unit stands for ``weight = times / probability`` units. The share is the Hájek estimate (weights in the numerator and in
the denominator, so that those nobody could judge drop out of both); for a simple sample it is the plain share. Its variance is that of
a stratified sample: within each stratum the linearised residuals, with the finite population correction (Särndal, Swensson, Wretman
1992, sections 5.7, 7.3). The interval is Wilson's at the effective sample size ``p(1-p) / variance`` (Kott and Carr 1997; Dean and
Pagano 2015). Of several strata it is what their own intervals add up to, as squares of their distances (Zou and Donner 2008), each that
of Jeffreys at its own effective size: a thin stratum in which hardly anything was found makes the estimated variance too small just when
the share is, and one interval at the size of the whole held the truth in 59 of 100 samples of some designs. It does not leave [0, 1]
and does not become nothing when nothing was found, where the effective size is that of the weights (Kish 1965).

Draws in proportion to views have the variance of such a design of fixed size (Hajek 1964, Deville and Tille 2005): what is seen so much
that it had to be drawn adds nothing to it.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.engines.metrics.tails import beta_i
from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.kernel.errors import BadInput


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled unit. ``hit``: it has what is counted; None: nobody could say. ``among``: it belongs to the base at all.

    ``expected``: how often it is drawn on average, where some of a fixed number of draws fell on it; 0 where that is not known, or the
    draws were independent of each other.
    """

    probability: float
    hit: bool | None
    stratum: str = ""
    times: int = 1
    among: bool = True
    expected: float = 0.0


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the whole, with the interval that holds it in ``confidence`` of samples.

    Attributes:
        labelled, hits: units that were judged, and those that count (draws, for views).
        unsure: units that nobody could judge; ``low_if``/``high_if`` are the share if none or all of them counted.
        effective: the size of a simple sample that would know as much.
    """

    share: float
    low: float
    high: float
    labelled: int
    hits: int
    unsure: int
    effective: float
    low_if: float
    high_if: float


def estimate(seen: Iterable[Seen], *, sizes: Mapping[str, int] | None = None, confidence: float = 0.95) -> Estimate:
    """The share of hits among the base.

    Args:
        sizes: units of each stratum in the population, for the finite population correction; none for draws with replacement.

    Raises:
        BadInput: a probability that is none.
    """
    units = list(seen)
    if any(unit.probability <= 0 for unit in units):
        raise BadInput("bad_probability", "A sampled unit has a probability above 0.", where="probability")
    base = [unit for unit in units if unit.among]
    judged = [unit for unit in base if unit.hit is not None]
    unsure = len(base) - len(judged)
    labelled = sum(unit.times for unit in judged)
    hits = sum(unit.times for unit in judged if unit.hit)
    whole = sum(_weight(unit) for unit in judged)
    if not judged or whole <= 0:
        return Estimate(
            share=0.0, low=0.0, high=1.0, labelled=0, hits=0, unsure=unsure, effective=0.0, low_if=0.0, high_if=1.0
        )
    above = sum(_weight(unit) for unit in judged if unit.hit)
    share = above / whole
    parts = _strata([unit for unit in units if unit.hit is not None or not unit.among], share, whole, sizes or {})
    effective = _effective(parts, share, judged)
    low, high = _ends(parts, share, confidence) if len(parts) > 1 else wilson_at(share, effective, confidence)
    open_weight = sum(_weight(unit) for unit in base if unit.hit is None)
    every = whole + open_weight
    return Estimate(
        share=share, low=low, high=high, labelled=labelled, hits=hits, unsure=unsure, effective=effective,
        low_if=above / every, high_if=(above + open_weight) / every,
    )  # fmt: skip


def wilson_at(share: float, effective: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share at an effective size."""
    if math.isinf(effective):  # everything was labelled: the share is known
        return share, share
    size = max(1.0, effective)
    found = wilson(share * size, size, confidence=confidence)
    return found.low, found.high


def _jeffreys(share: float, effective: float, confidence: float) -> tuple[float, float]:
    """Jeffreys' interval of a share at an effective size; closed at the end where nothing (or all) was found."""
    if math.isinf(effective):
        return share, share
    hits, misses = share * effective + 0.5, (1 - share) * effective + 0.5
    tail = (1 - confidence) / 2
    low = 0.0 if share == 0 else min(share, _beta_at(tail, hits, misses))
    return low, 1.0 if share == 1 else max(share, _beta_at(1 - tail, hits, misses))


def _beta_at(chance: float, a: float, b: float) -> float:
    """Where the beta distribution passes ``chance``, by halving."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_i(middle, a, b) < chance else (low, middle)
    return (low + high) / 2


def agreement(pairs: Sequence[tuple[str, str]]) -> tuple[float, float | None]:
    """How often two people said the same, and Cohen's kappa (None where chance alone would do as well)."""
    if not pairs:
        return 0.0, None
    same = sum(one == other for one, other in pairs) / len(pairs)
    values = {value for pair in pairs for value in pair}
    chance = sum(
        (sum(one == value for one, _ in pairs) / len(pairs)) * (sum(other == value for _, other in pairs) / len(pairs))
        for value in values
    )
    return same, (same - chance) / (1 - chance) if chance < 1 else None


def _weight(unit: Seen) -> float:
    return unit.times / unit.probability


class _Stratum(msgspec.Struct, frozen=True):
    """What one stratum adds: its weight in the share, its own share, its part of the variance, and what its size is worth by Kish."""

    weight: float
    share: float
    variance: float
    size: float
    drawn: float  # the part of its population


def _strata(units: Sequence[Seen], share: float, whole: float, sizes: Mapping[str, int]) -> list[_Stratum]:
    strata: defaultdict[str, list[Seen]] = defaultdict(list)
    for unit in units:
        strata[unit.stratum].append(unit)
    found = []
    for name, many in strata.items():
        count = sum(unit.times for unit in many)
        judged = [unit for unit in many if unit.among]
        drawn = count / sizes[name] if sizes.get(name, 0) >= count else 0.0
        chances = [_chance(unit, drawn) for unit in many]
        residuals = [
            (unit.hit - share) / unit.probability if unit.among and unit.hit is not None else 0.0 for unit in many
        ]
        mean = sum(map(operator.mul, chances, residuals)) / (sum(chances) or 1.0)
        square = sum(chance * (each - mean) ** 2 for chance, each in zip(chances, residuals, strict=True))
        variance = count / (count - 1) * square / whole**2 if count > 1 else 0.0
        weight = sum(_weight(unit) for unit in judged)
        hits = sum(_weight(unit) for unit in judged if unit.hit)
        kish = weight**2 / sum(unit.times / unit.probability**2 for unit in judged) if judged else 0.0
        found.append(_Stratum(weight / whole, hits / weight if weight else 0.0, variance, kish, drawn))
    return found


def _chance(unit: Seen, drawn: float) -> float:
    """How much of the unit's part was left to chance, for each time that such a unit is seen."""
    if not unit.expected:
        return (1 - drawn) * unit.times
    rest = unit.expected % 1
    return rest * (1 - rest) / min(1.0, unit.expected)


def _effective(strata: Sequence[_Stratum], share: float, judged: Sequence[Seen]) -> float:
    variance = sum(each.variance for each in strata)
    weights = [_weight(unit) / unit.times for unit in judged for _ in range(unit.times)]
    kish = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    if not 0 < share < 1:
        return kish
    if variance <= 0:  # the whole population was labelled
        return float("inf") if all(each.drawn >= 1 for each in strata) else kish
    return share * (1 - share) / variance


def _ends(strata: Sequence[_Stratum], share: float, confidence: float) -> tuple[float, float]:
    below = above = 0.0
    for each in strata:
        if not each.size:
            continue
        if 0 < each.share < 1 and each.variance > 0:
            size = each.weight**2 * each.share * (1 - each.share) / each.variance
        else:  # nothing (or all) of it: what was drawn says so of itself, and half of that of the rest
            size = each.size / (1 - each.drawn / 2) if each.drawn < 1 else math.inf
            below, above = below + each.variance, above + each.variance
        low, high = _jeffreys(each.share, size, confidence)
        below += (each.weight * (each.share - low)) ** 2
        above += (each.weight * (high - each.share)) ** 2
    return max(0.0, share - math.sqrt(below)), min(1.0, share + math.sqrt(above))
