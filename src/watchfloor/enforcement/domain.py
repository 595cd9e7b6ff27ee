"""Strikes, the ladder and effects that overlap: the arithmetic of enforcement, pure.

One idea carries it: actions of one *slot* on one item (two suspensions, two removals) are one effect on the platform. The
effect holds while any of them is in force, and it ends with the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

# We want the effect: whether or not the platform has heard of it yet.
IN_FORCE = frozenset({"pending", "sent", "confirmed", "failed", "dead"})
_STATE_RANK = {"active": 0, "restricted": 1, "removed": 2}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """At ``points`` active strike points the account gets ``action_key``."""

    points: int
    action_key: str
    name: str = ""


class StrikeView(msgspec.Struct, frozen=True, kw_only=True):
    """What the ladder needs to know of a strike."""

    id: object
    points: int
    state: str


def strike_life(severity: int) -> timedelta:
    """How long a strike counts: 90 days for a nuisance (severity 0-1), 180 (2-3), a year for what endangers people (4-5)."""
    if severity >= 4:
        return timedelta(days=365)
    return timedelta(days=180 if severity >= 2 else 90)


def step_crossed(steps: Iterable[Step], before: int, after: int) -> Step | None:
    """The highest step that going from ``before`` to ``after`` points reaches for the first time; None when none is."""
    crossed = [step for step in steps if before < step.points <= after]
    return max(crossed, key=lambda step: step.points, default=None)


def next_step(steps: Iterable[Step], points: int) -> Step | None:
    """The step an account with so many points would reach next."""
    return min((step for step in steps if step.points > points), key=lambda step: step.points, default=None)


def still_justified(step_points: int, strikes: Iterable[StrikeView]) -> bool:
    """Whether a ladder action stands: the strikes it was given for, less the voided ones, still add up to its step.

    Strikes that have merely expired count: they were valid when the action was taken.
    """
    return sum(strike.points for strike in strikes if strike.state != "voided") >= step_points


def item_state(states: Iterable[str]) -> str:
    """What ``Item.state`` is under these actions in force: the heaviest of their states, else active."""
    return max((state for state in states if state), key=lambda state: _STATE_RANK.get(state, 0), default="active")


def ends(expiries: Sequence[datetime | None]) -> datetime | None:
    """When an effect made of several actions ends: with the last of them; None = not by itself."""
    if any(moment is None for moment in expiries):
        return None
    return max(moment for moment in expiries if moment is not None)
