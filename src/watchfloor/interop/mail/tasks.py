"""Loops: mails are worked, answers go out, old mails are emptied."""

from __future__ import annotations

from watchfloor.interop.mail import letters, working
from watchfloor.platform.loops import loop


@loop("interop.mail", idle=1.0)
def work() -> int:
    """Work what has come."""
    return working.work()


@loop("interop.mail.answers", idle=2.0)
def answers() -> int:
    """Send what is due."""
    return letters.send_due()


@loop("interop.mail.forget", idle=3_600)
def forget() -> int:
    """Empty what is old."""
    return working.forget()
