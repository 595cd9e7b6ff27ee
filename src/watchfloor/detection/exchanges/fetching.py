"""Reads an exchange: each page is one transaction with its checkpoint, so a process may die anywhere and nothing is lost or doubled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from watchfloor.detection.exchanges import applying, sealing
from watchfloor.detection.exchanges.events import ExchangePageRead, ExchangeRunBegan, ExchangeRunEnded
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.kinds.base import Kind, Page, said
from watchfloor.detection.exchanges.models import Exchange, Run
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

LEASE = timedelta(minutes=15)  # longer than any page takes
AFTER_FAILURE = timedelta(minutes=15)
SHOWN = 20


def work() -> int:
    """The loop: read one exchange that is due. How many were."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = Exchange.objects.filter(free, archived_at=None, paused_at=None, next_at__lte=now).order_by("next_at").first()
    if due is None:
        return 0
    run(due.pk)
    return 1


def run(exchange_id: UUID, *, by: Actor | None = None, whole: bool = False) -> Run | None:
    """Read an exchange to its end, now. None: another process is at it.

    Args:
        whole: read everything again, and take out what has gone.
    """
    now = clock.now()
    free = Exchange.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), pk=exchange_id, archived_at=None)
    if not free.update(claimed_until=now + LEASE):
        return None
    actor = by or system("exchange")
    try:
        row = _begin(exchange_id, actor, whole)
        return _read(row, actor)
    finally:
        Exchange.objects.filter(pk=exchange_id).update(claimed_until=None)


def _begin(exchange_id: UUID, actor: Actor, whole: bool) -> Run:
    with writing(actor) as w:
        exchange = Exchange.objects.select_for_update().get(pk=exchange_id)
        for old in Run.objects.filter(exchange=exchange, state=Run.State.RUNNING):
            w.update(old, state=Run.State.FAILED, ended_at=clock.now(), problem="Its process ended before it did.")
            w.event(_ended(exchange, old), old)
        whole = whole or _must_be_whole(exchange, KINDS[exchange.kind])
        if whole and not exchange.checkpoint.get("whole"):
            w.update(exchange, checkpoint={"whole": True}, generation=exchange.generation + 1)
        row = w.create(Run, exchange=exchange, whole=bool(exchange.checkpoint.get("whole")), began_at=clock.now())
        w.event(ExchangeRunBegan(exchange=exchange.name, whole=row.whole), row)
    return row


def _must_be_whole(exchange: Exchange, kind: Kind) -> bool:
    """A first reading is whole; so is one of a source that has no updates, or whose deletions may have been missed."""
    at = exchange.checkpoint.get("at")
    if kind.whole or at is None:
        return True
    if kind.stale_days is None or exchange.checkpoint_at is None:
        return False
    return clock.now() - exchange.checkpoint_at > timedelta(days=kind.stale_days)


def _read(row: Run, actor: Actor) -> Run:
    exchange = row.exchange
    problem = ""
    try:
        source = KINDS[exchange.kind].open(exchange.settings, sealing.opened(exchange.secret, exchange.pk))
        for page in source.pages(exchange.checkpoint.get("at")):
            if not _take(row, page, actor):
                problem = "It was paused."
                break
        else:
            if row.whole:
                while applying.left(exchange):
                    _sweep(row, actor)
    except (
        Exception
    ) as error:  # whatever others' servers and files make of us is a sentence on the page, never a dead loop
        problem = said(error)
    return _end(row, actor, problem)


def _take(row: Run, page: Page, actor: Actor) -> bool:
    """One page, one transaction. False: somebody paused it meanwhile, and the page is not taken."""
    with writing(actor, reason=f"exchange:{row.exchange.name}") as w:
        exchange = Exchange.objects.select_for_update().select_related("bank").get(pk=row.exchange_id)
        if exchange.paused_at is not None or exchange.archived_at is not None:
            return False
        done = applying.apply(w, exchange, page)
        if page.checkpoint is not None:
            w.update(exchange, checkpoint=_with(exchange.checkpoint, page.checkpoint))
        w.update(
            row, pages=row.pages + 1, records=row.records + done.records, added=row.added + done.added, known=row.known + done.known,
            removed=row.removed + done.removed, kept_out=row.kept_out + done.kept_out, bad=row.bad + done.bad,
            problems=[*row.problems, *done.problems][:SHOWN],
        )  # fmt: skip
        w.event(
            ExchangePageRead(
                exchange=exchange.name, records=done.records, added=done.added, removed=done.removed, bad=done.bad
            ),
            row,
        )
    Exchange.objects.filter(pk=exchange.pk).update(claimed_until=clock.now() + LEASE)
    return True


def _sweep(row: Run, actor: Actor) -> None:
    with writing(actor, reason=f"exchange:{row.exchange.name}") as w:
        exchange = Exchange.objects.select_for_update().select_related("bank").get(pk=row.exchange_id)
        removed = applying.sweep(w, exchange)
        w.update(row, removed=row.removed + removed)
        w.event(ExchangePageRead(exchange=exchange.name, records=0, added=0, removed=removed, bad=0), row)


def _end(row: Run, actor: Actor, problem: str) -> Run:
    now = clock.now()
    with writing(actor) as w:
        exchange = Exchange.objects.select_for_update().get(pk=row.exchange_id)
        state = Run.State.FAILED if problem else Run.State.DONE
        w.update(row, state=state, ended_at=now, problem=problem[:300])
        if not problem:
            kept = {name: value for name, value in exchange.checkpoint.items() if name != "whole"}
            w.update(exchange, checkpoint=kept, checkpoint_at=now)
        w.event(_ended(exchange, row), row)
        pause = timedelta(minutes=exchange.every_minutes)
    Exchange.objects.filter(pk=exchange.pk).update(next_at=now + (min(pause, AFTER_FAILURE) if problem else pause))
    row.exchange.refresh_from_db()
    return row


def _with(checkpoint: dict[str, Any], at: dict[str, Any]) -> dict[str, Any]:
    return {**checkpoint, "at": at}


def _ended(exchange: Exchange, row: Run) -> ExchangeRunEnded:
    return ExchangeRunEnded(
        exchange=exchange.name, state=row.state, pages=row.pages, added=row.added, removed=row.removed
    )


def progress_of(exchange: Exchange) -> datetime | None:
    """Up to when the source was read to its end, by our clock."""
    return exchange.checkpoint_at
