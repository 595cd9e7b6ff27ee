"""One's own shifts, wishes and swaps: what a person sees and does about their own week. Nobody else's wishes are ever shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.core import signing
from django.db.models import QuerySet

from watchfloor.engines.staffing.roster import Problem, Roster
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall.domain import ics
from watchfloor.platform import datefields
from watchfloor.staffing import rostering
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.events import SwapAsked, WishesSaved
from watchfloor.staffing.models import RosterRow, Swap, Wishes
from watchfloor.workforce.models import Reviewer, Vendor

SALT = "watchfloor.staffing.feed"
MOST_AWAY = 60
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class MyShift(NamedTuple):
    """One of a person's published shifts; ``hour`` counts from the start of the week."""

    row: RosterRow
    hour: int
    start: datetime
    end: datetime


def me(actor: Actor) -> Reviewer:
    """The actor's own row; ``NotFound`` for who is on no roster."""
    row = Reviewer.objects.filter(pk=actor.id, active=True).first() if actor.kind == "user" else None
    if row is None:
        raise NotFound("no_shifts", "You are on no roster.", hint="Rosters are of people who review.")
    return row


def shifts(person: Reviewer, since: date) -> list[MyShift]:
    """From the week of ``since`` on."""
    rows = RosterRow.objects.filter(
        vendor_key=person.vendor_key, state="published", week__gte=weeks.monday(since)
    ).order_by("week")
    vendor = Vendor.objects.get(key=person.vendor_key)
    found = []
    for row in rows:
        for plan in msgspec.convert(row.roster, Roster).people:
            if plan.name == str(person.pk):
                spans = rostering.times(row, vendor, plan)
                found += [MyShift(row, duty.begin, *span) for duty, span in zip(plan.duties, spans, strict=True)]
    return found


def wishes(person: Reviewer) -> Wishes:
    """What they said; an empty row where they said nothing."""
    return Wishes.objects.filter(pk=person.pk).first() or Wishes(id=person.pk)


def wish(actor: Actor, *, starts: list[str], days_off: list[str], away: list[str]) -> None:
    """Say what one would rather work; rosters made from now on heed it.

    Raises:
        BadInput: ``where`` is the field.
    """
    person = me(actor)
    known = {f"{hour:02}:00" for hour in weeks.LETTERS.values()}
    if not set(starts) <= known:
        raise BadInput("bad_start", "There is no shift that begins then.", where="starts")
    if not set(days_off) <= set(WEEKDAYS):
        raise BadInput("bad_day", "There is no such day.", where="days_off")
    try:
        days = sorted({datefields.day(each, "away") for each in away})
    except BadInput:
        raise BadInput(
            "bad_date", "One of these is no date.", where="away", hint="Write 2026-12-24, one a line."
        ) from None
    if len(days) > MOST_AWAY:
        raise BadInput("too_many", f"At most {MOST_AWAY} days.", where="away")
    values = {
        "starts": sorted(starts),
        "days_off": [day for day in WEEKDAYS if day in days_off],
        "away": [str(day) for day in days],
    }
    with writing(actor) as w:
        row = Wishes.objects.select_for_update().filter(pk=person.pk).first()
        row = w.create(Wishes, id=person.pk, **values) if row is None else w.update(row, **values)
        w.event(WishesSaved(), row)


def offers(person: Reviewer) -> QuerySet[Swap]:
    """Open offers of one's vendor, one's own among them."""
    first = weeks.monday(clock.now().date())
    return Swap.objects.filter(vendor_key=person.vendor_key, state="open", week__gte=first).order_by("week", "begin")


def offer(actor: Actor, week: date, begin: int) -> Swap:
    """Offer one of one's shifts to colleagues."""
    person = me(actor)
    if not any(
        each.row.week == week and each.hour == begin and each.start > clock.now() for each in shifts(person, week)
    ):
        raise BadInput("no_shift", "That shift is not yours to offer.", where="begin")
    with writing(actor) as w:
        row = w.create_unless_known(
            Swap,
            vendor_key=person.vendor_key,
            week=week,
            asker=person.pk,
            begin=begin,
            state="open",
            asked_at=clock.now(),
        )
        if row is None:
            raise Conflict("offered", "That shift is offered already.")
        w.event(SwapAsked(vendor=row.vendor_key, week=str(week), state="open"), row)
    return row


def withdraw(actor: Actor, pk: UUID) -> None:
    """One's own offer is no longer open."""
    with writing(actor) as w:
        row = Swap.objects.select_for_update().filter(pk=pk, asker=me(actor).pk, state="open").first()
        if row is None:
            raise NotFound("no_offer", "There is no such offer of yours.")
        w.update(row, state="withdrawn", settled_at=clock.now())
        w.event(SwapAsked(vendor=row.vendor_key, week=str(row.week), state="withdrawn"), row)


def take(actor: Actor, pk: UUID, given: int | None) -> RosterRow:
    """Take an offered shift, for one of one's own (``given``) or for nothing. Nothing may break by it that was whole.

    Raises:
        BadInput: with the sentences of what would break.
    """
    person = me(actor)
    with writing(actor) as w:
        row = (
            Swap.objects.select_for_update()
            .filter(pk=pk, vendor_key=person.vendor_key, state="open")
            .exclude(asker=person.pk)
            .first()
        )
        if row is None:
            raise NotFound("no_offer", "That offer is not open any more.")
        live = (
            RosterRow.objects.select_for_update()
            .filter(vendor_key=row.vendor_key, week=row.week, state="published")
            .first()
        )
        if live is None:
            raise Conflict("no_roster", "That week has no published roster any more.")
        problem, before = msgspec.convert(live.problem, Problem), msgspec.convert(live.roster, Roster)
        names = (str(row.asker), str(person.pk))
        after = weeks.exchanged(problem, before, names[0], row.begin, names[1], given)
        wrong = [
            each for each in weeks.only_worse(problem, before, after, names)
            if given is not None or " shifts instead of " not in each  # who takes one for nothing works one more
        ]  # fmt: skip
        if wrong:
            raise BadInput("breaks_rules", "This would break a rule: " + " ".join(wrong[:3]), where="given")
        w.update(row, taker=person.pk, given=given, state="done", settled_at=clock.now())
        w.event(SwapAsked(vendor=row.vendor_key, week=str(row.week), state="done"), row)
        return rostering.renewed(w, live, after, str(actor), "swap")


def feed_token(user: User) -> str:
    """What the address of one's calendar ends in; ends with the account, or when all sessions are ended."""
    return signing.Signer(salt=SALT).sign_object([str(user.pk), user.session_epoch])


def feed(token: str) -> str | None:
    """The calendar behind a token that still counts."""
    try:
        user_id, epoch = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=user_id, session_epoch=epoch, is_active=True).first()
    person = None if user is None else Reviewer.objects.filter(pk=user_id, active=True).first()
    if user is None or person is None:
        return None
    now = clock.now()
    entries = [
        ics.Entry(
            uid=f"{person.pk}-{ics.moment(each.start)}@watchfloor-staffing",
            start=each.start,
            end=each.end,
            summary="Shift",
        )
        for each in shifts(person, (now - timedelta(days=14)).date())
    ]
    return ics.write("Shifts", entries, now)
