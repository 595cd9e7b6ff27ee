"""Boards that are sent by themselves, by mail or webhook, to whom and when a schedule says (``standing`` keeps the clock)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.insight.boards import keeping, parcels
from watchfloor.insight.boards.domain.cadence import next_due
from watchfloor.insight.boards.events import BoardSendingClaimed, BoardSent, ScheduleSaved, ScheduleStopped
from watchfloor.insight.boards.models import Board, Schedule, Sending
from watchfloor.insight.boards.standing import Standing, check_rhythm
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import targets


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
    check_rhythm(every, minute, zone)
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
        made = STANDING.claim(w, row, clock.now(), test=True, tries=1, try_at=None)
    assert made is not None
    STANDING.run(made)
    return Sending.objects.get(pk=made.pk)


def send_due(limit: int = 4) -> int:
    """Claim what is due and send what is claimed; returns how much was done. Several processes may do it at once."""
    return STANDING.work(limit)


def _send(owner: Actor, schedule: Schedule, row: Sending) -> tuple[str, bool]:
    problem, final = parcels.send(owner, schedule, row)
    return problem, final or row.test


def _may(owner: Actor, schedule: Schedule) -> Actor | str:
    try:
        row = keeping.opened(owner, schedule.board_id)
    except NotFound:
        return "Its owner may no longer see the board."
    return "The board is in the archive." if row.archived_at is not None else owner


STANDING: Final = Standing(
    by="system:boards", lease=timedelta(minutes=10), schedules=Schedule, runs=Sending, done=Sending.State.SENT,
    moved=lambda row: ScheduleSaved(by=row.kind, every=row.every), claimed=lambda _row, test: BoardSendingClaimed(test=test),
    tried=lambda state, tries: BoardSent(state=state, tries=tries), stopped=lambda why: ScheduleStopped(because=why),
    may=_may, make=_send,
)  # fmt: skip


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
