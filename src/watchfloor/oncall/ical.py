"""Schedules, and a person's own shifts, as calendars others subscribe to (iCalendar).

An address holds a signed token of what it shows, the person and the turn of their addresses; it ends when they can no longer sign in,
when all their sessions are ended, or when they have their addresses renewed. No address is kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing

from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.oncall import queries
from watchfloor.oncall.domain import ics
from watchfloor.oncall.domain.schedule import Shift
from watchfloor.oncall.events import FeedRenewed
from watchfloor.oncall.models import FeedAddress, Schedule

SALT = "watchfloor.oncall.feed"
BACK, AHEAD = timedelta(days=14), timedelta(days=90)
MINE: Final = "mine"  # in place of a schedule: the shifts of the person


def token(row: Schedule | None, user: User) -> str:
    """What the address of a person's feed of a schedule (None: of their own shifts) ends in."""
    shown = MINE if row is None else str(row.pk)
    return signing.Signer(salt=SALT).sign_object([shown, str(user.pk), user.session_epoch, _turn(user.pk)])


def of_token(text: str) -> str | None:
    """The calendar behind a token that still counts, or None."""
    try:
        shown, user_id, epoch, *turn = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=user_id, session_epoch=epoch, is_active=True).first()
    if user is None or (turn[0] if turn else 0) != _turn(user.pk):
        return None
    if shown == MINE:
        return personal(user)
    row = queries.live_schedules().filter(pk=shown).first()
    return None if row is None else calendar(row)


def renew(w: Writer, user_id: UUID) -> None:
    """All addresses this person has given away end now."""
    row = FeedAddress.objects.select_for_update().filter(user_id=user_id).first()
    now = clock.now()
    if row is None:
        row = w.create(FeedAddress, user_id=user_id, turn=1, renewed_at=now)
    else:
        w.update(row, turn=row.turn + 1, renewed_at=now)
    w.event(FeedRenewed(user=str(user_id), turn=row.turn), row)


def calendar(row: Schedule) -> str:
    """A schedule, two weeks back and ninety days ahead."""
    now = clock.now()
    shifts = queries.final(row, now - BACK, now + AHEAD)
    names = names_of({f"user:{shift.person}" for shift in shifts})
    return ics.write(row.name, [_entry(row, each, names[f"user:{each.person}"]) for each in shifts], now)


def personal(user: User) -> str:
    """The shifts of one person by all schedules."""
    now = clock.now()
    entries = [
        _entry(row, each, str(user))
        for row in queries.live_schedules()
        for each in queries.final(row, now - BACK, now + AHEAD)
        if each.person == user.pk
    ]
    return ics.write(str(user), sorted(entries, key=lambda each: (each.start, each.uid)), now)


def _entry(row: Schedule, shift: Shift, name: str) -> ics.Entry:
    uid = f"{row.pk}-{ics.moment(shift.start)}-{shift.person}@watchfloor"
    return ics.Entry(uid=uid, start=shift.start, end=shift.end, summary=f"{name} · {row.name}")


def _turn(user_id: UUID) -> int:
    return FeedAddress.objects.filter(user_id=user_id).values_list("turn", flat=True).first() or 0
