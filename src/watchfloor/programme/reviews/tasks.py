"""Loops: reviews that are due compose themselves and are sent; the morning after a spike has its review."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.programme.reviews import mornings, sending


@loop("reviews.send", idle=20.0)
def send() -> int:
    """Claim, compose, send."""
    return sending.work()


@loop("reviews.morning", idle=300.0)
def morning() -> int:
    """Yesterday's review, where a spike asks for it."""
    return mornings.write()
