"""When work is due, how long a lease lasts, how much focus time counts: every clock of the floor in one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

LEASE: Final = timedelta(seconds=300)
MAX_HOLD: Final = timedelta(minutes=60)  # a lease is not extended beyond this, however often one asks
IDLE_CAP: Final = timedelta(seconds=300)  # the most that counts as focus between two signs of life
COOL_DOWN: Final = timedelta(hours=24)
UNDO_WINDOW: Final = timedelta(minutes=30)
ACKNOWLEDGE_WITHIN: Final = timedelta(minutes=15)

# Notices of bodies with standing are handled first (Regulation (EU) 2022/2065, article 22(1): trusted flaggers).
SHARE_OF_TARGET: Final = {"trusted_flagger": 0.5, "government": 0.5, "law_enforcement": 0.5}


def lease_until(now: datetime, leased_at: datetime, seconds: float) -> datetime:
    """The end of a lease that is extended now; never beyond ``MAX_HOLD`` after it began."""
    return min(now + timedelta(seconds=seconds), leased_at + MAX_HOLD)


def focus_ms(so_far: int, claimed: int, since_last_sign: timedelta) -> int:
    """Focus time of a touch that may be believed, in milliseconds.

    The browser counts; we bound it: between two signs of life no more counts than the time that has passed, nor more than
    ``IDLE_CAP``. A claim below what is already believed changes nothing.
    """
    room = int(max(timedelta(0), min(since_last_sign, IDLE_CAP)) / timedelta(milliseconds=1))
    return so_far + max(0, min(claimed - so_far, room))


def milliseconds(span: timedelta) -> int:
    """A span in whole milliseconds, never negative (a report may carry a time ahead of ours)."""
    return max(0, int(span / timedelta(milliseconds=1)))
