"""What decisions say of a rule: precision, estimated recall, what only it caught, and the sweep of a threshold.

Judged is what a person has decided, at review or on appeal; the last standing word counts, so an overturned finding is wrong.
Intervals are Wilson's (1927) at 95 %.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from watchfloor.engines.textmodels.metrics import Interval, wilson


class Judged(msgspec.Struct, frozen=True):
    """One thing people judged, and what fired on it.

    Attributes:
        violating: the standing finding.
        sources: what detection said of it (``rule:NAME``, ``model:NAME``).
        reported: someone reported it, so it would have been seen without detection.
    """

    violating: bool
    sources: frozenset[str]
    reported: bool = False


class Quality(msgspec.Struct, frozen=True):
    """A rule's figures over one period.

    Attributes:
        precision: violating / judged among what it fired on.
        recall: of everything people found violating under its policy, the share it fired on. It knows nothing of what
            nobody looked at, so it is an upper estimate of the true recall.
        only_it: violating items that neither another rule or model nor a report pointed at.
        overlap: other sources, by how many judged items they share with it.
    """

    judged: int
    right: int
    precision: Interval
    actioned: int
    caught: int
    recall: Interval
    only_it: int
    overlap: dict[str, int]


def measure(source: str, seen: Iterable[Judged]) -> Quality:
    """The figures of one source over the judged items of its policy."""
    judged = right = actioned = only_it = 0
    overlap: dict[str, int] = {}
    for item in seen:
        actioned += item.violating
        if source not in item.sources:
            continue
        judged += 1
        right += item.violating
        others = item.sources - {source}
        only_it += item.violating and not others and not item.reported
        for other in others:
            overlap[other] = overlap.get(other, 0) + 1
    return Quality(
        judged=judged,
        right=right,
        precision=wilson(right, judged),
        actioned=actioned,
        caught=right,
        recall=wilson(right, actioned),
        only_it=only_it,
        overlap=dict(sorted(overlap.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


class Cut(msgspec.Struct, frozen=True):
    """One threshold: everything on its side of the value is hit."""

    value: float
    hits: int
    precision: Interval
    recall: Interval


def sweep(points: Iterable[tuple[float, bool]], op: str, *, total: int | None = None, most: int = 60) -> list[Cut]:
    """Precision and recall of ``feature op value`` at the values met, in rising order; thinned evenly to ``most``.

    Args:
        points: the feature's value and whether the item was found violating.
        op: ``>=``, ``>``, ``<=`` or ``<``; with the strict ones the value itself is not hit.
        total: violating items in all, for the recall; None: those among ``points``.
    """
    groups: dict[float, list[int]] = {}
    for value, violating in points:
        group = groups.setdefault(value, [0, 0])
        group[0] += 1
        group[1] += violating
    total = sum(group[1] for group in groups.values()) if total is None else total
    rising = op in ("<", "<=")
    cuts: list[Cut] = []
    hits = right = 0
    for value in sorted(groups, reverse=not rising):
        count, good = groups[value]
        if op in (">", "<"):
            cuts.append(Cut(value, hits, wilson(right, hits), wilson(right, total)))
        hits, right = hits + count, right + good
        if op in (">=", "<="):
            cuts.append(Cut(value, hits, wilson(right, hits), wilson(right, total)))
    cuts = sorted((cut for cut in cuts if cut.hits), key=lambda cut: cut.value)
    if len(cuts) <= most:
        return cuts
    step = (len(cuts) - 1) / (most - 1)
    return [cuts[round(place * step)] for place in range(most)]


def suggest(cuts: Iterable[Cut], precision: float) -> Cut | None:
    """The cut with the most hits whose precision surely reaches the wish (its lower bound does); None: none does."""
    good = [cut for cut in cuts if cut.precision.low >= precision]
    return max(good, key=lambda cut: (cut.recall.value, cut.hits), default=None)
