"""How far people agree beyond chance: Krippendorff's alpha, Fleiss' and Cohen's kappa, Gwet's AC1 and AC2, and the plain share.

All but Cohen's stand on counts: how many raters gave each unit each value, so that raters may be different people for each unit and
any may be missing. Formulas and standard errors (of units drawn at random) are those of Gwet, Handbook of inter-rater reliability
(4th edition, 2014), chapters 2 to 5; alpha with its small-sample term equals Krippendorff's own. Intervals use Student's t with one
degree of freedom less than there are units. Where everybody always said the same, chance alone would do as well and a coefficient has
no value (None), while the plain share is 1: print both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from watchfloor.engines.agreement import levels
from watchfloor.engines.agreement.intervals import student
from watchfloor.engines.agreement.levels import Matrix
from watchfloor.kernel.errors import BadInput


class Agreement(msgspec.Struct, frozen=True):
    """One coefficient: its value (None where it has none), its standard error and interval."""

    name: str
    value: float | None
    error: float | None = None
    low: float | None = None
    high: float | None = None


class Table(msgspec.Struct, frozen=True):
    """Counts per unit, units with the same counts put together: ``patterns`` of (counts by value, how many units)."""

    values: tuple[str, ...]
    patterns: tuple[tuple[tuple[int, ...], int], ...]

    @property
    def units(self) -> int:
        """Units that anybody rated."""
        return sum(many for _, many in self.patterns)

    @property
    def ratings(self) -> int:
        """Ratings in all."""
        return sum(sum(counts) * many for counts, many in self.patterns)

    @property
    def paired(self) -> int:
        """Units that two people or more rated: only they say anything about agreement."""
        return sum(many for counts, many in self.patterns if sum(counts) > 1)


def table(ratings: Iterable[tuple[str, str, str]], level: str = "nominal") -> Table:
    """The table of (unit, rater, value). A rater's second rating of a unit is refused: it would agree with the first."""
    seen: dict[str, dict[str, str]] = {}
    for unit, rater, value in ratings:
        by = seen.setdefault(unit, {})
        if rater in by:
            raise BadInput("rated_twice", f"{rater[:40]!r} rated {unit[:40]!r} twice.", where="unit",
                           hint="Keep one rating of a person for each unit.")  # fmt: skip
        by[rater] = value
    values = levels.ordered([value for by in seen.values() for value in by.values()], level)
    return counted((Counter(by.values()) for by in seen.values()), values)


def counted(units: Iterable[Mapping[str, int]], values: Sequence[str]) -> Table:
    """The table of counts by value for each unit, with the values in their order."""
    patterns = Counter(tuple(unit.get(value, 0) for value in values) for unit in units)
    patterns.pop((0,) * len(values), None)
    return Table(tuple(values), tuple(sorted(patterns.items(), reverse=True)))


def alpha(of: Table, level: str = "nominal", confidence: float = 0.95) -> Agreement:
    """Krippendorff's alpha at a level: ``nominal``, ``ordinal``, ``interval`` or ``ratio``."""
    name = f"Krippendorff's alpha ({level})"
    rows = [(counts, many) for counts, many in of.patterns if sum(counts) > 1]
    units = sum(many for _, many in rows)
    if not units:
        return Agreement(name, None)
    totals = [float(sum(counts[k] * many for counts, many in rows)) for k in range(len(of.values))]
    weights = levels.krippendorff(of.values, totals, level)
    whole = sum(totals)
    mean = whole / units
    shares = [total / whole for total in totals]
    chance = _chance(weights, shares)
    if chance >= 1 - 1e-12:
        return Agreement(name, None)
    same = [(_pairs(counts, weights) / (mean * (sum(counts) - 1)), counts, many) for counts, many in rows]
    found = math.fsum(share * many for share, _, many in same) / units
    of_all = (1 - 1 / whole) * found + 1 / whole  # a small sample's pairs agree a little too seldom
    value = (of_all - chance) / (1 - chance)
    bare = (found - chance) / (1 - chance)
    pull = _mean_weights(weights, shares)
    parts = []
    for share, counts, many in same:
        skew = (sum(counts) - mean) / mean
        own = (share - of_all * skew - chance) / (1 - chance)
        expected = sum(n * p for n, p in zip(counts, pull, strict=True)) / mean - chance * skew
        parts.append((own - 2 * (1 - bare) * (expected - chance) / (1 - chance) - bare, many))
    return _spread(name, value, parts, units, confidence)


def fleiss(of: Table, weights: str = "identity", confidence: float = 0.95) -> Agreement:
    """Fleiss' kappa, generalised to missing ratings and ordered values (Gwet 2014, section 3.4)."""
    return _against_chance("Fleiss' kappa", of, weights, confidence, gwet=False)


def gwet(of: Table, weights: str = "identity", confidence: float = 0.95) -> Agreement:
    """Gwet's AC1 (``identity``) or AC2: steady where one value is rare, where kappa is not."""
    name = "Gwet's AC1" if weights == "identity" else f"Gwet's AC2 ({weights})"
    return _against_chance(name, of, weights, confidence, gwet=True)


def percent(of: Table, confidence: float = 0.95) -> Agreement:
    """How often two raters of a unit said the same, over all units that two rated."""
    weights = levels.by_rank(len(of.values), "identity")
    rows = [(counts, many) for counts, many in of.patterns if sum(counts) > 1]
    units = sum(many for _, many in rows)
    if not units:
        return Agreement("Same answer", None)
    same = [(_pairs(counts, weights) / (sum(counts) * (sum(counts) - 1)), many) for counts, many in rows]
    value = math.fsum(share * many for share, many in same) / units
    return _spread("Same answer", value, [(share - value, many) for share, many in same], units, confidence)


def cohen(
    pairs: Iterable[tuple[str, str]], weights: str = "identity", level: str = "nominal", confidence: float = 0.95
) -> Agreement:
    """Cohen's kappa of two raters over the same units; the standard error is that of Fleiss, Cohen and Everitt (1969)."""
    counts = Counter(pairs)
    name = "Cohen's kappa" if weights == "identity" else f"Cohen's kappa ({weights})"
    values = levels.ordered([value for pair in counts for value in pair], level)
    many = sum(counts.values())
    if not many:
        return Agreement(name, None)
    close = levels.by_rank(len(values), weights)
    place = {value: index for index, value in enumerate(values)}
    rows, columns = [0.0] * len(values), [0.0] * len(values)
    for (one, other), count in counts.items():
        rows[place[one]] += count / many
        columns[place[other]] += count / many
    found = sum(close[place[a]][place[b]] * count / many for (a, b), count in counts.items())
    span = range(len(values))
    chance = sum(close[a][b] * rows[a] * columns[b] for a in span for b in span)
    if chance >= 1 - 1e-12:
        return Agreement(name, None)
    value = (found - chance) / (1 - chance)
    by_row = [sum(close[a][b] * columns[b] for b in span) for a in span]
    by_column = [sum(close[a][b] * rows[a] for a in span) for b in span]
    spread = sum(
        count / many * (close[place[a]][place[b]] - (by_row[place[a]] + by_column[place[b]]) * (1 - value)) ** 2
        for (a, b), count in counts.items()
    )
    variance = (spread - (value - chance * (1 - value)) ** 2) / (many * (1 - chance) ** 2)
    error = math.sqrt(max(0.0, variance))
    half = student(0.5 + confidence / 2, 1e6) * error
    return Agreement(name, value, error, value - half, value + half)


def _against_chance(name: str, of: Table, kind: str, confidence: float, *, gwet: bool) -> Agreement:
    units, paired, many_values = of.units, of.paired, len(of.values)
    if not paired or many_values < 2:
        return Agreement(name, None)
    weights = levels.by_rank(many_values, kind)
    shares = [
        math.fsum(many * counts[k] / sum(counts) for counts, many in of.patterns) / units for k in range(many_values)
    ]
    if gwet:
        scale = sum(map(sum, weights)) / (many_values * (many_values - 1))
        chance = scale * sum(share * (1 - share) for share in shares)
        pull = [scale * (1 - share) for share in shares]
    else:
        chance = _chance(weights, shares)
        pull = _mean_weights(weights, shares)
    if chance >= 1 - 1e-12:
        return Agreement(name, None)
    found = []
    for counts, many in of.patterns:
        size = sum(counts)
        own = _pairs(counts, weights) / (size * (size - 1)) - chance if size > 1 else 0.0
        expected = sum(n * p for n, p in zip(counts, pull, strict=True)) / size
        found.append((units / paired * own / (1 - chance), expected, many))
    value = math.fsum(own * many for own, _, many in found) / units
    parts = [
        (own - 2 * (1 - value) * (expected - chance) / (1 - chance) - value, many) for own, expected, many in found
    ]
    return _spread(name, value, parts, units, confidence)


def _pairs(counts: Sequence[int], weights: Matrix) -> float:
    """Ordered pairs of raters of a unit, each by how close their values are."""
    return sum(
        n * (sum(m * w for m, w in zip(counts, row, strict=True) if m) - 1)
        for n, row in zip(counts, weights, strict=True)
        if n
    )


def _chance(weights: Matrix, shares: Sequence[float]) -> float:
    return sum(w * a * b for row, a in zip(weights, shares, strict=True) for w, b in zip(row, shares, strict=True))


def _mean_weights(weights: Matrix, shares: Sequence[float]) -> list[float]:
    return [sum(w * share for w, share in zip(row, shares, strict=True)) for row in weights]  # the matrix is symmetric


def _spread(name: str, value: float, parts: Sequence[tuple[float, int]], units: int, confidence: float) -> Agreement:
    if units < 2:
        return Agreement(name, value)
    variance = math.fsum(part * part * many for part, many in parts) / (units * (units - 1))
    error = math.sqrt(variance)
    half = student(0.5 + confidence / 2, units - 1) * error
    return Agreement(name, value, error, value - half, min(1.0, value + half))
