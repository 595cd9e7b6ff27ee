"""Boards that are sent by themselves: what is due is claimed once, made with its owner's rights at that moment, and sent under one id.

A sending is a row unique for its schedule and moment, made in the transaction that moves the schedule on: killed anywhere, it is
made once. Its id is the mail's Message-ID and the ``webhook-id``, so a second try after a crash is the same message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.insight.boards import keeping, parcels
from watchfloor.insight.boards.domain.cadence import EVERY, next_due
from watchfloor.insight.boards.events import BoardSendingClaimed, BoardSent, ScheduleSaved, ScheduleStopped
from watchfloor.insight.boards.models import Board, Schedule, Sending
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform import targets

LEASE: Final = timedelta(minutes=10)  # after so long a try that said nothing is taken for dead
AGAIN: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
BY: Final = "system:boards"


def listed(actor: Actor, row: Board) -> QuerySet[Schedule]:
    """One's own schedules of a board; who may edit boards sees all of a shared one's."""
    rows = Schedule.objects.filter(board=row, archived_at__isnull=True).order_by("made_at")
    return rows if row.shared and actor.has(keeping.EDITS) else rows.filter(owner=_person(actor))


def save(
    actor: Actor,
    board_id: UUID,
    *,
    kind: str,
    address: str,
    every: str,
    minute: int,
    zone: str = "",
    language: str = "",
    query: str = "",
) -> Schedule:
    """A board is sent by mail or webhook from now on.

    Args:
        every: day | workday | monday | month.
        minute: of the day, by the clock of ``zone``.
        zone, language: of the reader; without them those of a user with this address, else the owner's own.

    Raises:
        BadInput: an address, time or zone that is none.
        Forbidden: not for who may not edit boards.
    """
    if not actor.has(keeping.EDITS) or actor.kind != "user":
        raise Forbidden("no_permission", "Your roles do not include having boards sent.", hint="It needs board.edit.")
    row, address = keeping.opened(actor, board_id), address.strip()
    owner = User.objects.get(pk=actor.id)
    reader = User.objects.filter(email__iexact=address, is_active=True).first() or owner
    zone, language = zone or reader.time_zone or "UTC", language or reader.language or "en"
    _checked(kind, address, every, minute, zone)
    secret = parcels.new_secret() if kind == "webhook" else ""
    now = clock.now()
    with writing(actor) as w:
        made = w.create(
            Schedule, board=row, owner=owner.pk, kind=kind, address=address, secret=secret, every=every, minute=minute, zone=zone,
            language=language, query=query[:1000], next_at=next_due(now, every, minute, ZoneInfo(zone)), made_at=now,
        )  # fmt: skip
        w.event(ScheduleSaved(by=kind, every=every), made)
    return made


def _checked(kind: str, address: str, every: str, minute: int, zone: str) -> None:
    if every not in EVERY:
        raise BadInput("unknown_cadence", f"{every[:20]!r} is no rhythm.", where="every", hint=", ".join(EVERY))
    if not 0 <= minute < 24 * 60:
        raise BadInput("bad_time", _("That is no time of the day."), where="time")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("unknown_zone", _("There is no such time zone."), where="zone", hint="Europe/Madrid") from None
    if kind == "mail":
        try:
            validate_email(address)
        except ValidationError:
            raise BadInput("bad_address", _("That is no e-mail address."), where="address") from None
    elif kind == "webhook":
        try:
            targets.check_url(address)
        except BadInput as refused:
            raise BadInput(refused.code, refused.message, where="address", hint=refused.hint) from None
    else:
        raise BadInput("unknown_kind", f"{kind[:20]!r} is no way to send.", where="kind", hint="mail, webhook")


def stop(actor: Actor, board: Board, schedule_id: UUID) -> None:
    """End a schedule by hand."""
    row = _mine(actor, board, schedule_id)
    with writing(actor) as w:
        w.update(row, next_at=None, archived_at=clock.now())
        w.event(ScheduleStopped(because="by hand"), row)


def test(actor: Actor, board: Board, schedule_id: UUID) -> Sending:
    """Send it once, now; the schedule goes on as it was. The result is the sending's."""
    row = _mine(actor, board, schedule_id)
    with writing(actor) as w:
        made = _claim(w, row, clock.now(), is_test=True)
    assert made is not None
    _send(made)
    return Sending.objects.get(pk=made.pk)


def send_due(limit: int = 4) -> int:
    """Claim what is due and send what is claimed; returns how much was done. Several processes may do it at once."""
    return _claim_due(limit) + _send_claimed(limit)


def _claim_due(limit: int) -> int:
    now = clock.now()
    with writing(BY) as w:
        due = list(
            Schedule.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=now, archived_at__isnull=True)
            .order_by("next_at")[:limit]
        )
        for row in due:
            at = row.next_at
            assert at is not None
            w.update(
                row, next_at=next_due(now, row.every, row.minute, ZoneInfo(row.zone))
            )  # what was missed is not made up for
            if _claim(w, row, at) is None:
                w.event(ScheduleSaved(by=row.kind, every=row.every), row)
    return len(due)


def _claim(w: Writer, row: Schedule, at: datetime, *, is_test: bool = False) -> Sending | None:
    made = w.create_unless_known(
        Sending, schedule=row, due_at=at, test=is_test, try_at=None if is_test else at, tries=int(is_test)
    )
    if made is not None:
        w.event(BoardSendingClaimed(test=is_test), made)
    return made


def _send_claimed(limit: int) -> int:
    done = 0
    for _number in range(limit):
        with writing(BY) as w:
            row = (
                Sending.objects.select_for_update(skip_locked=True)
                .filter(state=Sending.State.CLAIMED, try_at__lte=clock.now())
                .order_by("try_at")
                .first()
            )
            if row is None:
                return done
            w.update(row, tries=row.tries + 1, try_at=clock.now() + LEASE)
            w.event(BoardSent(state="trying", tries=row.tries), row)
        _send(row)
        done += 1
    return done


def _send(row: Sending) -> None:
    """Make it and send it; whatever goes wrong is written down in a sentence."""
    schedule = Schedule.objects.select_related("board").get(pk=row.schedule_id)
    owner = _owner(schedule)
    if isinstance(owner, str):
        _stopped(row, schedule, owner)
        return
    problem, final = "", False
    try:
        problem, final = parcels.send(owner, schedule, row)
    except WatchfloorError as refused:
        problem, final = refused.message, True
    with writing(BY) as w:
        if not problem:
            w.update(row, state=Sending.State.SENT, done_at=clock.now(), try_at=None, problem="")
        elif final or row.test or row.tries > len(AGAIN):
            w.update(row, state=Sending.State.FAILED, done_at=clock.now(), try_at=None, problem=problem[:300])
        else:
            w.update(row, try_at=clock.now() + AGAIN[row.tries - 1], problem=problem[:300])
        w.event(BoardSent(state=row.state, tries=row.tries), row)


def _owner(schedule: Schedule) -> Actor | str:
    """Who sends it, with the rights they have now; or a sentence why nobody does any more."""
    user = User.objects.filter(pk=schedule.owner, is_active=True).first()
    if user is None:
        return "Its owner has left."
    actor = actor_for(user)
    try:
        row = keeping.opened(actor, schedule.board_id)
    except NotFound:
        return "Its owner may no longer see the board."
    return "The board is in the archive." if row.archived_at is not None else actor


def _stopped(row: Sending, schedule: Schedule, why: str) -> None:
    with writing(BY) as w:
        w.update(row, state=Sending.State.FAILED, done_at=clock.now(), try_at=None, problem=why)
        w.event(BoardSent(state=row.state, tries=row.tries), row)
        w.update(schedule, next_at=None, stopped_why=why)
        w.event(ScheduleStopped(because=why), schedule)


def _mine(actor: Actor, board: Board, schedule_id: UUID) -> Schedule:
    row = listed(actor, board).filter(pk=schedule_id).first()
    if row is None:
        raise NotFound("no_schedule", "There is no such schedule.")
    return row


def _person(actor: Actor) -> UUID:
    return UUID(actor.id) if actor.kind == "user" else UUID(int=0)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule for its page, with its last sending."""

    row: Schedule
    last: Sending | None


def shown(rows: QuerySet[Schedule]) -> list[Shown]:
    """Each with what became of its last sending."""
    return [Shown(row=row, last=row.sendings.order_by("-due_at").first()) for row in rows]
