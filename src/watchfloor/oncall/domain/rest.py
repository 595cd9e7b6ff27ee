"""Rest and fairness: what a plan asks of people, said before it is worked. Pure; what was worked stands in ``load``."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.domain.schedule import Shift

WINDOW: Final = timedelta(days=28)
MOST_HOURS: Final = 24 * 366


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan should keep; 0 asks for nothing.

    ``rest``: hours free between two stretches of one person. ``row``: most hours on without a break. ``four_weeks``: most hours
    within any 28 days. ``spread``: nobody has more than this share above the average of those who take turns (0.25 is a quarter).
    """

    rest: float = 0.0
    row: float = 0.0
    four_weeks: float = 0.0
    spread: float = 0.0


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that the plan does not keep: for whom, when it is first seen, what was found and what the limit is (hours)."""

    rule: str
    person: UUID
    at: datetime
    found: float
    limit: float


def read(values: Any) -> Rules:
    """Rules from plain values, checked."""
    try:
        found = msgspec.convert(values, Rules, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput("bad_rules", f"The rules do not fit: {error}.", where="rules") from None
    for name in Rules.__struct_fields__:
        if not 0 <= getattr(found, name) <= MOST_HOURS:
            raise BadInput("bad_rules", "A rule is hours, or nothing (0).", where=name)
    return found


def breaches(rules: Rules, shifts: Sequence[Shift]) -> list[Breach]:
    """Where shifts (of whatever schedules, in any order) do not keep the rules, in order of time."""
    found: list[Breach] = []
    people = sorted({each.person for each in shifts})
    rows = {person: stretches([each for each in shifts if each.person == person]) for person in people}
    for person, row in rows.items():
        found += _rest(rules, person, row) + _row(rules, person, row) + _four_weeks(rules, person, row)
    found += _spread(rules, rows)
    return sorted(found, key=lambda each: (each.at, each.rule, each.person))


def stretches(shifts: Sequence[Shift]) -> list[tuple[datetime, datetime]]:
    """One person's time on call in pieces that touch nothing: two schedules at once are one stretch."""
    joined: list[tuple[datetime, datetime]] = []
    for each in sorted(shifts, key=lambda one: (one.start, one.end)):
        if joined and each.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], each.end))
        else:
            joined.append((each.start, each.end))
    return joined


def _rest(rules: Rules, person: UUID, row: list[tuple[datetime, datetime]]) -> list[Breach]:
    free = [(after[0], _hours(after[0] - before[1])) for before, after in itertools.pairwise(row)]
    return [
        Breach(rule="rest", person=person, at=at, found=hours, limit=rules.rest)
        for at, hours in free
        if hours < rules.rest
    ]


def _row(rules: Rules, person: UUID, row: list[tuple[datetime, datetime]]) -> list[Breach]:
    if not rules.row:
        return []
    return [
        Breach(rule="row", person=person, at=start, found=_hours(end - start), limit=rules.row)
        for start, end in row
        if _hours(end - start) > rules.row
    ]


def _four_weeks(rules: Rules, person: UUID, row: list[tuple[datetime, datetime]]) -> list[Breach]:
    """The first stretch that goes beyond: hours within 28 days are most where a stretch ends."""
    if not rules.four_weeks:
        return []
    for _start, until in row:
        since = until - WINDOW
        inside = sum(
            (max(timedelta(0), min(end, until) - max(start, since)) for start, end in row if start < until),
            timedelta(0),
        )
        if _hours(inside) > rules.four_weeks:
            return [Breach(rule="four_weeks", person=person, at=until, found=_hours(inside), limit=rules.four_weeks)]
    return []


def _spread(rules: Rules, rows: dict[UUID, list[tuple[datetime, datetime]]]) -> list[Breach]:
    if not rules.spread or len(rows) < 2:
        return []
    hours = {person: sum(_hours(end - start) for start, end in row) for person, row in rows.items()}
    most = (1 + rules.spread) * sum(hours.values()) / len(hours)
    return [
        Breach(rule="spread", person=person, at=rows[person][0][0], found=total, limit=most)
        for person, total in hours.items()
        if total > most + 1e-9
    ]


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
