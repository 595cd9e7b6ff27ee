"""A check-in is planned, its minutes are written, and it is sent: then its agenda stands as it was, and the next one is planned."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.vendors import calendar
from watchfloor.vendors.access import Side
from watchfloor.vendors.contracts import in_force, terms_of
from watchfloor.vendors.events import CheckInPlanned, CheckInSent, MinutesWritten, TaskDone, TaskSet
from watchfloor.vendors.models import CheckIn, Party, Task, Visit

LONGEST = 20_000
SIDES = ("house", "vendor")
State = CheckIn.State


def plan(w: Writer, vendor_key: str, at: datetime, starts_on: date, ends_on: date) -> CheckIn:
    """Plan the next check-in over the figures of some whole days.

    Raises:
        BadInput: the period is none, or longer than a quarter and a day.
        Conflict: one is planned already.
    """
    if not timedelta(0) <= ends_on - starts_on <= timedelta(days=92):
        raise BadInput("bad_period", "The period ends on or after its first day, within 92 days.", where="ends_on")
    if CheckIn.objects.filter(vendor_key=vendor_key, state=State.PLANNED).exists():
        raise Conflict("planned_already", "One is planned already.", hint="Send it first, or move it.")
    newest = CheckIn.objects.filter(vendor_key=vendor_key).select_for_update().order_by("-number").first()
    row = w.create(
        CheckIn, vendor_key=vendor_key, number=newest.number + 1 if newest else 1, starts_on=starts_on, ends_on=ends_on, at=at,
        state=State.PLANNED,
    )  # fmt: skip
    w.event(CheckInPlanned(vendor=vendor_key, number=row.number, day=at.date().isoformat()), row)
    return row


def write(w: Writer, check_in_id: UUID, *, minutes: str, attendees: str) -> CheckIn:
    """Keep the minutes as they are so far."""
    row = _planned(check_in_id)
    for name, text in (("minutes", minutes), ("attendees", attendees)):
        if len(text) > LONGEST:
            raise BadInput("too_long", f"At most {LONGEST:,} characters.", where=name)
    w.update(row, minutes=minutes.strip(), attendees=attendees.strip())
    w.event(MinutesWritten(vendor=row.vendor_key, number=row.number), row)
    return row


def send(w: Writer, side: Side, check_in_id: UUID, agenda: dict[str, Any]) -> CheckIn:
    """Close it: the agenda stays as it is now, the minutes go to the vendor's addresses, and the next one is planned.

    Raises:
        BadInput: there are no minutes yet.
    """
    row = _planned(check_in_id)
    if not row.minutes:
        raise BadInput("no_minutes", "Write down what was said first.", where="minutes")
    now = clock.now()
    w.update(row, state=State.SENT, agenda=agenda, sent_at=now, sent_by=w.actor)
    told = Party.objects.filter(vendor_key=row.vendor_key).exclude(addresses="").exists()
    CheckIn.objects.filter(pk=row.pk).update(mail_next_at=now if told else None)
    by_outcome = {
        word: [line["figure"] for line in agenda["targets"] if line["outcome"] == word]
        for word in ("missed", "unclear")
    }
    w.event(
        CheckInSent(
            vendor=row.vendor_key, number=row.number, missed=by_outcome["missed"], unclear=by_outcome["unclear"],
            carried=Task.objects.filter(vendor_key=row.vendor_key, done_at=None).count(),
        ),
        row,
    )  # fmt: skip
    terms = terms_of(in_force(row.vendor_key, now.date()))
    at = calendar.next_meeting(side.vendor, max(row.at, now), terms)
    begins = row.ends_on + timedelta(days=1)
    plan(w, row.vendor_key, at, begins, max(begins, at.date() - timedelta(days=1)))
    return row


def move(w: Writer, check_in_id: UUID, at: datetime) -> CheckIn:
    """Another moment for the same check-in."""
    row = _planned(check_in_id)
    w.update(row, at=at)
    w.event(CheckInPlanned(vendor=row.vendor_key, number=row.number, day=at.date().isoformat()), row)
    return row


def add_task(
    w: Writer, vendor_key: str, *, side: str, owner: str, text: str, due_on: date, check_in: CheckIn | None = None,
    visit: Visit | None = None, grade: str = "",
) -> Task:  # fmt: skip
    """Agree on something one side does until a day."""
    if side not in SIDES:
        raise BadInput("unknown_side", "Say whose it is: the house's or the vendor's.", where="side")
    for name, value, most in (("owner", owner, 200), ("text", text, 2000)):
        if not value.strip() or len(value) > most:
            raise BadInput("bad_text", f"Write 1 to {most:,} characters.", where=name)
    if due_on < clock.now().date():
        raise BadInput("past", "That day is over.", where="due_on")
    row = w.create(
        Task, vendor_key=vendor_key, check_in=check_in, visit=visit, side=side, owner=owner.strip(), text=text.strip(), grade=grade,
        due_on=due_on, made_by=w.actor, made_at=clock.now(),
    )  # fmt: skip
    w.event(TaskSet(vendor=vendor_key, side=side, due_on=due_on.isoformat(), finding=visit is not None), row)
    return row


def set_done(w: Writer, vendor_key: str, task_id: UUID, done: bool = True, *, side: str = "") -> Task:
    """An action is done, or is not after all. ``side``: only actions of that side (a vendor's people close their own)."""
    rows = Task.objects.select_for_update(of=("self",)).filter(pk=task_id, vendor_key=vendor_key)
    row = (rows.filter(side=side) if side else rows).first()
    if row is None:
        raise NotFound("unknown_action", "There is no such action.")
    now = clock.now()
    w.update(row, done_at=now if done else None, done_by=w.actor if done else "")
    w.event(TaskDone(vendor=vendor_key, done=done, late=done and now.date() > row.due_on), row)
    return row


def _planned(check_in_id: UUID) -> CheckIn:
    row = CheckIn.objects.select_for_update().filter(pk=check_in_id).first()
    if row is None:
        raise NotFound("unknown_check_in", "There is no such check-in.")
    if row.state != State.PLANNED:
        raise Conflict("sent_already", "It is sent: its minutes stand.", hint="Write it into the next one.")
    return row
