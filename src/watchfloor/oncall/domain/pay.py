"""What on-call is paid by: each person's hours split where their own day changes its kind, exactly, also when clocks change. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.oncall.domain.load import DAY_BEGINS, DAY_ENDS, NIGHT_BEGINS, NIGHT_ENDS
from watchfloor.oncall.domain.rest import stretches
from watchfloor.oncall.domain.schedule import Shift, reach

KINDS: Final = ("working", "weekday", "weekend", "holiday")
MARKS: Final = (time(0), time(NIGHT_ENDS), time(DAY_BEGINS), time(DAY_ENDS), time(NIGHT_BEGINS))


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """One person's hours on call over a span; the four kinds add up to ``total``, ``night`` lies across them.

    ``working``: weekdays 9 to 18; ``weekday``: the rest of weekdays; ``weekend``; ``holiday``; ``night``: 22 to 6; all on the
    person's wall. On two schedules at once an hour counts once. ``pages``: how often they were called.
    """

    person: UUID
    total: float
    working: float
    weekday: float
    weekend: float
    holiday: float
    night: float
    pages: int = 0


def hours(person: UUID, zone: str, shifts: Iterable[Shift], *, holidays: Sequence[date] = (), pages: int = 0) -> Hours:
    """The hours of one person from shifts of any schedules."""
    spent = dict.fromkeys((*KINDS, "night"), timedelta(0))
    off = frozenset(holidays)
    for start, end in stretches([each for each in shifts if each.person == person]):
        for first, last in pieces(zone, start, end):
            here = first.astimezone(ZoneInfo(zone))
            spent[_kind(here, off)] += last - first
            if here.hour >= NIGHT_BEGINS or here.hour < NIGHT_ENDS:
                spent["night"] += last - first
    told = {kind: span.total_seconds() / 3600 for kind, span in spent.items()}
    return Hours(person=person, total=sum(told[kind] for kind in KINDS), pages=pages, **told)


def pieces(zone: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """A span (UTC) cut wherever a kind of hour begins on the wall of ``zone``."""
    day, place = start.astimezone(ZoneInfo(zone)).date() - timedelta(days=1), ZoneInfo(zone)
    final = end.astimezone(place).date() + timedelta(days=1)
    cuts = {start, end}
    while day <= final:
        cuts |= {cut for mark in MARKS if start < (cut := reach(zone, datetime.combine(day, mark))) < end}
        day += timedelta(days=1)
    edges = sorted(cuts)
    return list(itertools.pairwise(edges))


def _kind(here: datetime, holidays: frozenset[date]) -> str:
    if here.date() in holidays:
        return "holiday"
    if here.weekday() > 4:
        return "weekend"
    return "working" if DAY_BEGINS <= here.hour < DAY_ENDS else "weekday"
