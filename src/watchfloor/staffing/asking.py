"""The lever of people, applied: who is asked to work longer today or to come in agrees or declines, and the roster follows.

Nobody's shift is changed over their head, and a refusal is nobody's business: it is in no figure of a person or a vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.engines.staffing.roster import Problem, Roster
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.staffing import mine, rostering, weekly
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.events import ShiftAsked
from watchfloor.staffing.models import Ask, RosterRow
from watchfloor.staffing.rights import PLAN
from watchfloor.workforce.models import Reviewer, Vendor

LONGEST = 14  # hours of a shift, overtime included
Shift = tuple[int, int]


class Wanted(msgspec.Struct, frozen=True):
    """What one person is asked: the shift before (None: they are off) and after, as (first hour of the week, hours)."""

    name: str
    was: Shift | None
    now: Shift


class Asked(NamedTuple):
    """An ask with its times, UTC."""

    row: Ask
    before: tuple[datetime, datetime] | None
    after: tuple[datetime, datetime]


def ask(actor: Actor, vendor_key: str, wanted: Sequence[Wanted]) -> int:
    """Ask people for today; those who are asked already are not asked twice. How many are asked anew.

    Raises:
        BadInput: a shift is not of today, is over, is too long, or breaks a rule of that person. Conflict: no roster is published.
    """
    vendor = rostering.vendor(actor, vendor_key, PLAN)
    here = clock.now().astimezone(weekly.zone_of(vendor))
    week, today = weeks.monday(here.date()), here.weekday()
    with writing(actor) as w:
        live = _published(vendor.key, week)
        problem, roster = msgspec.convert(live.problem, Problem), msgspec.convert(live.roster, Roster)
        asked = 0
        for each in wanted:
            begin, hours = each.now
            if begin // 24 != today or not 1 <= hours <= LONGEST or begin + hours <= today * 24 + here.hour:
                raise BadInput("not_today", "One of these shifts is not of the rest of today.", where="main")
            _fits(problem, roster, each.name, each.was, each.now)
            row = w.create_unless_known(
                Ask, vendor_key=vendor.key, week=week, person=UUID(each.name), was=each.was, now=each.now, state="open",
                asked_by=str(actor), asked_at=clock.now(),
            )  # fmt: skip
            if row is not None:
                w.event(ShiftAsked(vendor=vendor.key, week=str(week), state="open"), row)
                asked += 1
    return asked


def answer(actor: Actor, pk: UUID, *, agrees: bool) -> None:
    """The person asked says yes, and the roster is published with it; or no.

    Raises:
        NotFound: nobody asks them that any more. BadInput: the shift is over, or would by now break a rule.
    """
    person = mine.me(actor)
    with writing(actor) as w:
        row = Ask.objects.select_for_update().filter(pk=pk, person=person.pk, state="open").first()
        if row is None:
            raise NotFound("no_ask", "You are not asked that any more.")
        if agrees:
            if of(row).after[1] <= clock.now():
                raise BadInput("over", "That shift is over.", where="main")
            live = _published(row.vendor_key, row.week)
            problem, before = msgspec.convert(live.problem, Problem), msgspec.convert(live.roster, Roster)
            after = _fits(problem, before, str(person.pk), _shift(row.was), (row.now[0], row.now[1]))
            rostering.renewed(w, live, after, str(actor), "asked")
        w.update(row, state="agreed" if agrees else "declined", settled_at=clock.now())
        w.event(ShiftAsked(vendor=row.vendor_key, week=str(row.week), state=row.state), row)


def withdraw(actor: Actor, vendor_key: str, pk: UUID) -> None:
    """They are asked no more."""
    vendor = rostering.vendor(actor, vendor_key, PLAN)
    with writing(actor) as w:
        row = Ask.objects.select_for_update().filter(pk=pk, vendor_key=vendor.key, state="open").first()
        if row is None:
            raise NotFound("no_ask", "Nobody is asked that any more.")
        w.update(row, state="withdrawn", settled_at=clock.now())
        w.event(ShiftAsked(vendor=row.vendor_key, week=str(row.week), state="withdrawn"), row)


def waiting(person: Reviewer) -> list[Asked]:
    """What one is asked and can still answer."""
    found = [of(row) for row in Ask.objects.filter(person=person.pk, state="open").order_by("asked_at")]
    return [each for each in found if each.after[1] > clock.now()]


def today(vendor: Vendor) -> list[Asked]:
    """All asks of the vendor's day, by when they were asked."""
    here = clock.now().astimezone(weekly.zone_of(vendor))
    first = here.weekday() * 24
    rows: QuerySet[Ask] = Ask.objects.filter(vendor_key=vendor.key, week=weeks.monday(here.date())).order_by("asked_at")
    return [of(row) for row in rows if first <= row.now[0] < first + 24]


def of(row: Ask) -> Asked:
    """With its times, by the clock of the vendor's site."""
    zone = weekly.zone_of(Vendor.objects.get(key=row.vendor_key))
    start = datetime.combine(row.week, time(0))

    def times(shift: Shift) -> tuple[datetime, datetime]:
        begin = start + timedelta(hours=shift[0])
        return begin.replace(tzinfo=zone), (begin + timedelta(hours=shift[1])).replace(tzinfo=zone)

    was = _shift(row.was)
    return Asked(row, None if was is None else times(was), times((row.now[0], row.now[1])))


def _shift(value: list[int] | None) -> Shift | None:
    return None if value is None else (value[0], value[1])


def _published(vendor_key: str, week: date) -> RosterRow:
    live = RosterRow.objects.select_for_update().filter(vendor_key=vendor_key, week=week, state="published").first()
    if live is None:
        raise Conflict("no_roster", "This week has no published roster any more.")
    return live


def _fits(problem: Problem, before: Roster, person: str, was: Shift | None, now: Shift) -> Roster:
    after = weeks.reshaped(problem, before, person, was, now)
    wrong = weeks.broken_by(problem, before, after, person, now[0] // 24)
    if wrong:
        raise BadInput("breaks_rules", "This would break a rule: " + " ".join(wrong[:3]), where="main")
    return after
