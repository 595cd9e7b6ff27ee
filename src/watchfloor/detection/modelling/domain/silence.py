"""Why a model opens no case by itself: the first thing that stands in its way, in the order in which people would mend them."""

from __future__ import annotations

import msgspec

KEYS = ("learning", "stopped", "paused", "unmeasured", "few", "below")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model in one scope. ``likely``: judged draws to which it gave .5 or more; ``reached``: some score meets
    the target."""

    live: bool
    ready: bool
    paused: bool
    per_day: int
    judged: int
    likely: int
    needed: int
    reached: bool


def why_silent(figures: Figures) -> str:
    """One of ``KEYS``, or nothing where it may speak.

    ``learning``: it has not seen enough of both kinds. ``stopped``: no version works. ``paused``: it drifted. ``unmeasured``: nothing
    is drawn and nothing was. ``few``: too few draws are judged to show the target. ``below``: enough are, and it does not reach it.
    """
    if not figures.live:
        return "stopped" if figures.ready else "learning"
    if figures.paused:
        return "paused"
    if figures.reached:
        return ""
    if not figures.per_day and not figures.judged:
        return "unmeasured"
    return "few" if figures.likely < figures.needed else "below"
