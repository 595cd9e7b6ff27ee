"""Chance that can be repeated: drawn from the event's id and the name it goes into, so a replay draws the same."""

from __future__ import annotations

from hashlib import blake2b

from watchfloor.engines.sml.function import BadArgument, Context, Cost, Site, function


def _draw(ctx: Context, feature: str) -> int:
    """A number below 2**64, evenly spread over events."""
    digest = blake2b(f"{ctx.event.action_id}/{feature}".encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


@function(category="chance", cost=Cost.TEXT, total=True)
class RandomBool:
    """True for about this share of events; the same event always draws the same.

    Args:
        percentage: between 0 and 1.
    """

    def __init__(self, site: Site, percentage: float) -> None:
        if not 0 < percentage < 1:
            raise BadArgument(
                "percentage", "`percentage` must lie between 0.0 and 1.0, both excluded.", "0.05 is five per cent."
            )
        self._limit, self._feature = int(percentage * 2**64), site.feature

    def __call__(self, ctx: Context) -> bool:
        return _draw(ctx, self._feature) < self._limit


@function(category="chance", cost=Cost.TEXT, total=True)
class RandomInt:
    """A whole number from `start` to `end`, both included; the same event always draws the same."""

    def __init__(self, site: Site, start: int, end: int) -> None:
        if start >= end:
            raise BadArgument("start", "`start` must be less than `end`.")
        self._start, self._span, self._feature = start, end - start + 1, site.feature

    def __call__(self, ctx: Context) -> int:
        return self._start + _draw(ctx, self._feature) % self._span
