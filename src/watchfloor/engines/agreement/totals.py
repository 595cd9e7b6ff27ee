"""Numbers of all decisions from those that were looked at: each stands for ``1 / probability`` of them.

Horvitz and Thompson's total is unbiased under every plan whose chances are known and above zero; Hájek's ratio of two such totals is the
share (Särndal, Swensson and Wretman, Model assisted survey sampling, 1992, sections 2.8, 5.6, 5.7). Variances are those of the
linearised residuals within strata, or between clusters where decisions hang together (a person's day); the interval of a share is
Wilson's at the effective size, so that it does not leave [0, 1] nor become nothing when nothing wrong was found.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.engines.agreement.intervals import Interval, student
from watchfloor.engines.prevalence.estimate import wilson_at
from watchfloor.kernel.errors import BadInput


class Look(msgspec.Struct, frozen=True):
    """One decision that was looked at. ``above`` over ``below`` is what is asked for: (wrong, 1), say; (0, 0) where it does not belong
    to the base. ``cluster``: those of one hang together."""

    probability: float
    above: float
    below: float = 1.0
    stratum: str = ""
    cluster: str = ""


class Share(msgspec.Struct, frozen=True):
    """A share of all: ``looks`` in its base, ``effective`` the size of a simple sample that would know as much."""

    share: float
    low: float
    high: float
    looks: int
    effective: float


def total(looks: Iterable[Look]) -> float:
    """Horvitz and Thompson's estimate of the sum of ``above`` over everything the sample was drawn from."""
    return math.fsum(look.above / _chance(look) for look in looks)


def share(
    looks: Iterable[Look], *, sizes: Mapping[str, int] | None = None, confidence: float = 0.95, process: bool = False
) -> Share:
    """The ratio of the totals of ``above`` and ``below``, a share between 0 and 1, with its interval.

    Args:
        sizes: of the strata, for the finite population correction, where all of a stratum had the same chance.
        process: the interval is that of the work which makes such decisions, not only of these: even all of them are a sample of it.

    Raises:
        BadInput: a chance that is none.
    """
    every = list(looks)
    base = [look for look in every if look.below]
    whole = math.fsum(look.below / _chance(look) for look in base)
    if whole <= 0:
        return Share(0.0, 0.0, 1.0, 0, 0.0)
    found = min(1.0, max(0.0, math.fsum(look.above / look.probability for look in base) / whole))
    variance, freedom = _variance(every, found, whole, {} if process else sizes or {}, process)
    kish = whole * whole / math.fsum((look.below / look.probability) ** 2 for look in base)
    effective = kish
    if 0 < found < 1 and variance > 0:
        effective = found * (1 - found) / variance
    if not process and all(look.probability >= 1 for look in base):
        effective = math.inf
    elif freedom and math.isfinite(freedom):  # few of a stratum, or few clusters: the variance itself is unsure
        wide = student(0.5 + confidence / 2, max(1.0, freedom))
        usual = student(0.5 + confidence / 2, 1e6)
        effective *= (usual / wide) ** 2
    low, high = wilson_at(found, effective, confidence)
    return Share(found, low, high, len(base), effective)


def mean(looks: Iterable[Look]) -> Interval:
    """The ratio of two totals that need not be a share, with a normal 95 % interval."""
    every = list(looks)
    whole = math.fsum(look.below / _chance(look) for look in every)
    if whole <= 0:
        return Interval(0.0, -math.inf, math.inf)
    found = math.fsum(look.above / look.probability for look in every) / whole
    variance, freedom = _variance(every, found, whole, {}, False)
    half = student(0.975, max(1.0, freedom or 1e6)) * math.sqrt(variance)
    return Interval(found, found - half, found + half)


def _variance(
    every: Sequence[Look], found: float, whole: float, sizes: Mapping[str, int], process: bool
) -> tuple[float, float | None]:
    """Of the ratio, and its degrees of freedom."""
    clustered = len({look.cluster for look in every}) > 1  # one cluster alone says nothing of how they differ
    groups: defaultdict[str, list[float]] = defaultdict(list)
    together: defaultdict[tuple[str, str], float] = defaultdict(float)
    alike: defaultdict[str, set[float]] = defaultdict(set)
    for look in every:
        residual = (look.above - found * look.below) / look.probability
        alike[look.stratum].add(look.probability)
        if look.probability >= 1 and not clustered and not process:
            continue  # looked at for certain: no chance is in it
        if clustered:
            together["", look.cluster] += residual
        else:
            groups[look.stratum].append(residual)
    for (stratum, _cluster), residual in together.items():
        groups[stratum].append(residual)
    variance = fourth = 0.0
    for name, residuals in groups.items():
        many = len(residuals)
        if many < 2:
            variance += sum(each * each for each in residuals)
            continue
        middle = math.fsum(residuals) / many
        left = 1.0
        if not clustered and len(alike[name]) == 1:
            left = 1 - next(iter(alike[name])) if sizes.get(name, 0) >= many else 1.0
        part = left * many / (many - 1) * math.fsum((each - middle) ** 2 for each in residuals)
        variance += part
        fourth += part * part / (many - 1)
    freedom = variance * variance / fourth if fourth > 0 else None
    return variance / (whole * whole), freedom


def _chance(look: Look) -> float:
    if not 0 < look.probability <= 1:
        raise BadInput("bad_probability", "The chance of a decision that was drawn is above 0 and at most 1.",
                       where="probability")  # fmt: skip
    return look.probability
