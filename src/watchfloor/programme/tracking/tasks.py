"""Loops: reminders and digests are owed when their time comes; mail goes out."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.tracking import digests, reminders


@loop("programme.remind", idle=60)
def remind() -> int:
    """Reminders of what is due soon or late."""
    return reminders.remind()


@loop("programme.digest", idle=30)
def digest() -> int:
    """Digests that are due."""
    return digests.send_due()


@loop("programme.mail", idle=10)
def mail() -> int:
    """Mail that is owed."""
    return letters.send_due()
