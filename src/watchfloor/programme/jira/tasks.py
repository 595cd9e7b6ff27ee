"""Loops: what goes to Jira, what Jira said has changed, and asking it for the rest."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.programme.jira import pushing


@loop("jira.push", idle=2)
def push() -> int:
    """Messages of the outbox."""
    return pushing.push_due()


@loop("jira.pull", idle=3)
def pull() -> int:
    """Issues that Jira said have changed."""
    return pushing.pull_due()


@loop("jira.poll", idle=15)
def poll() -> int:
    """What changed that nobody said."""
    pushing.poll_due()
    return 0
