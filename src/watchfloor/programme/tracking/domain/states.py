"""The states of an action and of an initiative, and which changes need a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from watchfloor.kernel.errors import BadInput

OPEN, DOING, DONE, DROPPED = "open", "doing", "done", "dropped"
ACTION: Final = (OPEN, DOING, DONE, DROPPED)  # in the order of the board's columns
LIVE: Final = (OPEN, DOING)
OVER: Final = (DONE, DROPPED)
INITIATIVE: Final = ("planned", "running", "paused", "done", "dropped")
KINDS: Final = ("initiative", "launch", "improvement")


def check_state(state: str, known: tuple[str, ...] = ACTION) -> str:
    """The state, if it is one."""
    if state not in known:
        raise BadInput("bad_state", f"There is no state {state[:20]!r}.", where="state", hint=", ".join(known))
    return state


def needs_reason(was: datetime | None, now: datetime | None) -> bool:
    """Whether a change of due time must say why: one that was promised moves back, or goes away."""
    return was is not None and (now is None or now > was)


def is_late(due: datetime | None, state: str, now: datetime) -> bool:
    """Due, and not over."""
    return due is not None and state in LIVE and now > due
