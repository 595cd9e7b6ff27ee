"""How probable it is that an item is drawn: a part of the budget whatever its score, the rest where the threshold is looked for.

The chance is made of what came in lately, so that the budget is met on average, and is written down with each item that is drawn:
figures weigh by it, so it may change from day to day. Whether an item is drawn is decided by a keyed hash of its name, so that seeing it
again draws nothing else and nobody outside can tell.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

UNKNOWN_DAY = 1000.0  # items taken for a day's traffic while nothing was counted
BELOW = 0.15  # how far below the score that is looked for a text is still near
HARD = 2  # times the budget: what a day may draw at most
_SCALE = float(2**64)


class Chances(msgspec.Struct, frozen=True):
    """``uniform``: for every item; ``near``: further, for those with a score of ``begins`` or more."""

    uniform: float
    near: float
    begins: float

    def of(self, score: float | None) -> float:
        """The chance that one of the two draws takes an item."""
        near = self.near if score is not None and score >= self.begins else 0.0
        return 1 - (1 - self.uniform) * (1 - near)


NONE = Chances(0.0, 0.0, 1.0)


def chances(per_day: int, uniform: float, *, daily: float, daily_near: float, begins: float) -> Chances:
    """From a budget and what a day brings: ``daily`` items, ``daily_near`` of them with a score of ``begins`` or more."""
    if per_day <= 0:
        return NONE
    alone = daily_near <= 0  # nothing near, or no model: the whole budget is drawn whatever the score
    wide = per_day * (1.0 if alone else uniform)
    return Chances(
        uniform=min(1.0, wide / max(daily, 1.0)),
        near=0.0 if alone else min(1.0, (per_day - wide) / max(daily_near, 1.0)),
        begins=begins,
    )


def begins_at(threshold: float | None) -> float:
    """From which score on a text is near: somewhat below the threshold, or below even odds while there is none."""
    return max(0.0, (0.5 if threshold is None else threshold) - BELOW)


def drawn(key: bytes, policy: str, item: str, score: float | None, given: Chances) -> str:
    """``uniform``, ``near`` or nothing."""
    if _place(key, "uniform", policy, item) < given.uniform:
        return "uniform"
    if score is not None and score >= given.begins and _place(key, "near", policy, item) < given.near:
        return "near"
    return ""


def _place(key: bytes, *parts: str) -> float:
    """From 0 up to 1, the same for the same parts."""
    digest = hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8]) / _SCALE
