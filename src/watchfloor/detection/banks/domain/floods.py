"""When the hits of an entry are a flood: far more in an hour than it ever had, and more than any unknown entry may have."""

from __future__ import annotations

from collections.abc import Sequence

DAYS = 28  # of the past that say what is usual
TIMES = 3.0  # so many times the busiest usual hour is still its own way
BUSY = 0.9  # the busiest usual hour: nine of ten hours with hits had no more


def limit_of(past: Sequence[int], floor: int, own: int | None = None) -> int:
    """How many hits an entry may have in an hour.

    Args:
        past: its hits in each of the past hours that had any.
        floor: what its bank allows an entry without a record.
        own: what a person allowed this entry when it was released; it then counts in place of the floor.
    """
    least = own if own is not None else floor
    if not past:
        return least
    usual = sorted(past)[min(len(past) - 1, int(BUSY * len(past)))]
    return max(least, round(TIMES * usual)) if len(past) >= 24 else least


def is_flood(hits: int, limit: int) -> bool:
    """Whether so many hits in one hour are one too many."""
    return hits > limit
