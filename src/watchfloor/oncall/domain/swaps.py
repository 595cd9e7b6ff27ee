"""Swaps: one person asks another to take a span of theirs, for nothing or for a span of the other's; what follows is overrides. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.oncall.domain.schedule import Override, Shift

LONGEST: Final = timedelta(days=31)
MOVES: Final[dict[str, dict[str, str]]] = {
    "asked": {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"},
}


class Span(msgspec.Struct, frozen=True):
    """From ``start`` until ``end`` (UTC, the end not included)."""

    start: datetime
    end: datetime


class Swap(msgspec.Struct, frozen=True, kw_only=True):
    """``asker`` gives ``gives`` to ``other`` and takes ``takes`` for it (None: nothing)."""

    asker: UUID
    other: UUID
    gives: Span
    takes: Span | None = None


def moved(state: str, verb: str) -> str:
    """The state after ``verb``; ``Conflict`` where it was answered already."""
    after = MOVES.get(state, {}).get(verb)
    if after is None:
        raise Conflict("answered", "This swap was answered already.", hint="Load the page again.")
    return after


def check(swap: Swap, now: datetime) -> None:
    """Raise ``BadInput`` for what cannot be asked."""
    if swap.asker == swap.other:
        raise BadInput("same_person", "Ask somebody else.", where="other")
    for span, where in ((swap.gives, "gives_end"), (swap.takes, "takes_end")):
        if span is None:
            continue
        if not timedelta(0) < span.end - span.start <= LONGEST:
            raise BadInput("bad_span", "It ends after it begins, within a month.", where=where)
        if span.start <= now:
            raise BadInput("past", "That has begun already.", where=where.replace("end", "start"))
    if swap.takes and swap.takes.start < swap.gives.end and swap.gives.start < swap.takes.end:
        raise BadInput("overlap", "The two spans lie over each other.", where="takes_start")


def still_theirs(swap: Swap, shifts: Sequence[Shift]) -> None:
    """Raise ``Conflict`` unless each is on for the whole of what they give; ``shifts`` are the schedule's over both spans."""
    spans = [(swap.asker, swap.gives)] + ([(swap.other, swap.takes)] if swap.takes else [])
    for person, span in spans:
        on = timedelta(0)
        for each in shifts:
            if each.person == person:
                on += max(timedelta(0), min(each.end, span.end) - max(each.start, span.start))
        if on != span.end - span.start:
            who = "Who asks" if person == swap.asker else "Who is asked"
            raise Conflict("not_on", f"{who} is not on for the whole of it.", hint="Look at the calendar again.")


def overrides(swap: Swap) -> list[Override]:
    """What an accepted swap puts over the schedule."""
    found = [Override(swap.other, swap.gives.start, swap.gives.end)]
    if swap.takes is not None:
        found.append(Override(swap.asker, swap.takes.start, swap.takes.end))
    return found
