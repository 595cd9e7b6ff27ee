"""Which call comes next, and what an unknown outcome is worth. Pure, so that every place where a process may die can be looked at.

Before each call the intent is written down, after it the outcome. So whoever comes after a death finds one of these:

- ``submitting``: perhaps a report is open there, of which we know no number. Nobody can ever finish it: it is left to vanish (24 h),
  and another is opened.
- ``uploading``, ``describing``: the report is known, but not what is in it. It is retracted, and another is opened.
- ``finishing``: asked again. "Already finished" is success; "no such report" means that it vanished unfinished.
- ``retracting``: asked again.

Finish is called for one number at a time, and another is opened only once that number is known never to have been finished: so there
is never a second finished report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

UNFINISHED_FOR: Final = timedelta(hours=24)  # since it was opened,
UNTOUCHED_FOR: Final = timedelta(
    hours=1
)  # or since its last change, whichever is later: then an unfinished report vanishes
MOST_TRIES: Final = 10
TRIES_WITHIN: Final = timedelta(days=30)
PRESERVED_FOR: Final = timedelta(days=365)  # 18 USC 2258A(h), as the REPORT Act of 2024 has it
WAITS: Final = (60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600)  # seconds after the nth failure


class Step(StrEnum):
    """Where the sending stands; what ends in -ing is an intent whose outcome is not written down yet."""

    NOTHING = ""
    SUBMITTING = "submitting"
    OPEN = "open"
    UPLOADING = "uploading"
    DESCRIBING = "describing"
    FINISHING = "finishing"
    RETRACTING = "retracting"


class Call(StrEnum):
    """What to do now."""

    SUBMIT = "submit"
    UPLOAD = "upload"
    FILEINFO = "fileinfo"
    FINISH = "finish"
    RETRACT = "retract"
    FORGET = "forget"  # no call: the open report is left to vanish, or has vanished; begin anew


class At(msgspec.Struct, frozen=True, kw_only=True):
    """What is written down. ``files``: the state of each, in order, waiting | uploaded | described."""

    step: Step
    files: Sequence[str] = ()
    report_id: int | None = None
    opened_at: datetime | None = None
    changed_at: datetime | None = None


def vanishes_at(opened_at: datetime, changed_at: datetime) -> datetime:
    """When an unfinished report is deleted there."""
    return max(opened_at + UNFINISHED_FOR, changed_at + UNTOUCHED_FOR)


def first(at: At, now: datetime) -> Call:
    """What whoever takes it up does first: nothing is known of what the one before was in the middle of."""
    if at.step == Step.SUBMITTING:
        return Call.FORGET
    if at.step in (Step.UPLOADING, Step.DESCRIBING):
        return Call.FORGET if _vanished(at, now) else Call.RETRACT
    return following(at, now)


def following(at: At, now: datetime) -> Call:
    """What comes next when all outcomes are known."""
    if at.step == Step.FINISHING:
        return Call.FINISH
    if at.step == Step.RETRACTING:
        return Call.RETRACT
    if at.step == Step.NOTHING:
        return Call.SUBMIT
    if _vanished(at, now):
        return Call.FORGET
    for state in at.files:
        if state == "waiting":
            return Call.UPLOAD
        if state == "uploaded":
            return Call.FILEINFO
    return Call.FINISH


def wait_after(tries: int, first_at: datetime, now: datetime) -> timedelta | None:
    """How long to wait after the nth try failed; None: given up (10 tries, or 30 days)."""
    if tries >= MOST_TRIES or now - first_at >= TRIES_WITHIN:
        return None
    return timedelta(seconds=WAITS[max(0, min(tries, len(WAITS)) - 1)])


def _vanished(at: At, now: datetime) -> bool:
    if at.opened_at is None:
        return False
    return now >= vanishes_at(at.opened_at, at.changed_at or at.opened_at)
