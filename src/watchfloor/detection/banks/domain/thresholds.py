"""How right a bank is at each distance, from what people said, and what another threshold would have done."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from watchfloor.engines.textmodels.metrics import Interval, wilson

BANDS = ((0, 0), (1, 7), (8, 15), (16, 20), (21, 25), (26, 31))


class Judged(msgspec.Struct, frozen=True):
    """A match and what was said of it; None: nobody has said anything."""

    distance: float
    confirmed: bool | None


class Band(msgspec.Struct, frozen=True):
    """The matches of one stretch of distances: how many, how many were judged, how many of these rightly, the share with its interval."""

    low: int
    high: int
    matches: int
    judged: int
    right: int
    precision: Interval


class Choice(msgspec.Struct, frozen=True):
    """What a threshold would have done with the matches there were.

    Attributes:
        kept: matches it would have made. lost: rightly judged ones it would not. spared: wrongly judged ones it would not.
    """

    radius: int
    kept: int
    judged: int
    right: int
    precision: Interval
    lost: int
    spared: int


def bands(found: Sequence[Judged]) -> list[Band]:
    """By distance, those without a match left out."""
    made = []
    for low, high in BANDS:
        here = [each for each in found if low <= each.distance <= high]
        if here:
            judged, right = _counted(here)
            made.append(Band(low, high, len(here), judged, right, wilson(right, judged)))
    return made


def choices(found: Sequence[Judged], radius: int) -> list[Choice]:
    """For each threshold up to the one in force that ends a band: only what was matched can be counted, so none is wider."""
    made = []
    ends = sorted({high for _, high in BANDS if high < radius} | {radius})
    for each in ends:
        inside = [one for one in found if one.distance <= each]
        judged, right = _counted(inside)
        lost = sum(1 for one in found if one.distance > each and one.confirmed is True)
        spared = sum(1 for one in found if one.distance > each and one.confirmed is False)
        made.append(Choice(each, len(inside), judged, right, wilson(right, judged), lost, spared))
    return made


def _counted(found: Sequence[Judged]) -> tuple[int, int]:
    said = [each.confirmed for each in found if each.confirmed is not None]
    return len(said), sum(said)
