"""How right decisions are, cell by cell (a policy in a market with a vendor, say), from a sample of second looks.

Accuracy, critical errors, precision and recall, each weighted by the chance of having been drawn, with its interval. Precision looks at
what was found violating; recall at what *is* violating, so it needs looks at what was found clean too (and, for all that violates on the
platform, at what nobody reported). Over-enforcement and under-enforcement stand side by side: a floor that removes too much is as
wrong as one that removes too little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from watchfloor.engines.agreement.totals import Look, Share, share

FEWEST = 20  # looks, below which a cell is grey
WIDEST = 0.2  # an interval this wide says nothing one could act on


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a second look found of one decision.

    Attributes:
        cell: what it is counted under.
        found, right: whether it was decided violating, and whether it is.
        wrong: the decision is wrong (the violation type counts, too; by default where ``found`` and ``right`` differ).
        critical: and gravely so.
        probability, stratum, cluster: how it was drawn.
    """

    cell: str
    found: bool
    right: bool
    wrong: bool | None = None
    critical: bool = False
    probability: float = 1.0
    stratum: str = ""
    cluster: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the decision does not stand."""
        return self.found != self.right if self.wrong is None else self.wrong


class Cell(msgspec.Struct, frozen=True):
    """Figures of a cell. ``noise``: too few looks, or too wide an interval, to be read as a difference."""

    cell: str
    looks: int
    wrong: int
    accuracy: Share
    critical: Share
    precision: Share
    recall: Share
    over: Share
    under: Share
    noise: bool


def cells(
    verdicts: Iterable[Verdict], *, sizes: Mapping[str, int] | None = None, confidence: float = 0.95
) -> list[Cell]:
    """Each cell's figures, in the order of their names."""
    groups: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[verdict.cell].append(verdict)
    return [cell(name, groups[name], sizes=sizes, confidence=confidence) for name in sorted(groups)]


def cell(
    name: str,
    verdicts: Iterable[Verdict],
    *,
    sizes: Mapping[str, int] | None = None,
    confidence: float = 0.95,
    process: bool = False,
) -> Cell:
    """The figures of these verdicts together (``process``: see ``totals.share``)."""
    every = list(verdicts)

    def of(counts: dict[int, bool], base: dict[int, bool]) -> Share:
        looks = [
            Look(one.probability, float(base[at] and counts[at]), float(base[at]), one.stratum, one.cluster)
            for at, one in enumerate(every)
        ]
        return share(looks, sizes=sizes, confidence=confidence, process=process)

    all_of = dict.fromkeys(range(len(every)), True)
    found = {at: one.found for at, one in enumerate(every)}
    right = {at: one.right for at, one in enumerate(every)}
    accuracy = of({at: not one.is_wrong for at, one in enumerate(every)}, all_of)
    return Cell(
        name, len(every), sum(one.is_wrong for one in every), accuracy,
        of({at: one.critical and one.is_wrong for at, one in enumerate(every)}, all_of),
        of(right, found), of(found, right),
        of({at: one.found and not one.right for at, one in enumerate(every)}, all_of),
        of({at: one.right and not one.found for at, one in enumerate(every)}, all_of),
        len(every) < FEWEST or accuracy.high - accuracy.low > WIDEST,
    )  # fmt: skip
