"""What people find of a match goes back to where its entry came from: noted by itself, let go by a person, told with patience."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from watchfloor.detection.banks.contracts import Judgement
from watchfloor.detection.banks.models import Entry
from watchfloor.detection.exchanges import sealing
from watchfloor.detection.exchanges.events import FeedbackNoted, FeedbackReleased, FeedbackTried
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.kinds.base import NotTold, said
from watchfloor.detection.exchanges.models import Exchange, Feedback, Record
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import MissingExtra
from watchfloor.ledger.writer import Writer, writing

MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)


def hear(w: Writer, judgement: Judgement) -> None:
    """A match was judged (``banks.feedback.on_verdict``): note it for each exchange that holds the entry and can be told."""
    held = Exchange.objects.filter(held__signals__entry_id=judgement.entry, archived_at=None, feedback=True).distinct()
    for exchange in held.order_by("name"):
        if KINDS[exchange.kind].feedback:
            _note(w, exchange, judgement)


def _note(w: Writer, exchange: Exchange, judgement: Judgement) -> None:
    rows = Feedback.objects.select_for_update().filter(exchange=exchange, entry_id=judgement.entry)
    last = rows.exclude(state=Feedback.State.DROPPED).order_by("-judged_at", "-pk").first()
    now = clock.now()
    if last is not None and last.state == Feedback.State.WAITING:
        matches = last.matches + 1 if last.confirmed == judgement.confirmed else 1
        w.update(last, confirmed=judgement.confirmed, matches=matches, judged_by=judgement.by, judged_at=now)
        w.event(FeedbackNoted(exchange=exchange.name, confirmed=judgement.confirmed), last)
        return
    if last is not None and last.confirmed == judgement.confirmed and last.state != Feedback.State.FAILED:
        return  # it is told, or about to be
    row = w.create(
        Feedback, exchange=exchange, entry_id=judgement.entry, kind=judgement.kind, confirmed=judgement.confirmed,
        judged_by=judgement.by, judged_at=now,
    )  # fmt: skip
    w.event(FeedbackNoted(exchange=exchange.name, confirmed=judgement.confirmed), row)


def release(w: Writer, rows: Iterable[Feedback], *, drop: bool = False) -> int:
    """Let findings go to their exchanges, or (``drop``) let them be. How many waited."""
    now, count = clock.now(), 0
    for each in rows:
        row = Feedback.objects.select_for_update().select_related("exchange").get(pk=each.pk)
        if row.state not in (Feedback.State.WAITING, Feedback.State.FAILED):
            continue
        if drop:
            w.update(row, state=Feedback.State.DROPPED, released_by=w.actor, released_at=now)
        else:
            w.update(
                row,
                state=Feedback.State.RELEASED,
                released_by=w.actor,
                released_at=now,
                try_at=now,
                tries=0,
                problem="",
            )
        w.event(FeedbackReleased(exchange=row.exchange.name, dropped=drop), row)
        count += 1
    return count


def send_due(most: int = 50) -> int:
    """The loop: tell what was let go and is due. How many were tried."""
    done = 0
    while done < most and (row := _claim()) is not None:
        _send(row)
        done += 1
    return done


def _claim() -> Feedback | None:
    """One that is due; that it is tried is written before it is, so that a crash costs a pause and no double in quick succession."""
    with writing(system("exchange")) as w:
        due = Feedback.objects.select_for_update(skip_locked=True, of=("self",)).select_related("exchange")
        due = due.filter(state=Feedback.State.RELEASED, try_at__lte=clock.now(), exchange__archived_at=None)
        row = due.order_by("try_at").first()
        if row is None:
            return None
        pause = min(FIRST_PAUSE * 4**row.tries, LONGEST_PAUSE)
        w.update(row, tries=row.tries + 1, try_at=clock.now() + pause)
        w.event(FeedbackTried(exchange=row.exchange.name, state="trying", tries=row.tries), row)
    return row


def _send(row: Feedback) -> None:
    problem, final = "", False
    exchange = row.exchange
    try:
        entry = Entry.objects.get(pk=row.entry_id)
        record = _record(exchange, row.entry_id)
        source = KINDS[exchange.kind].open(exchange.settings, sealing.opened(exchange.secret, exchange.pk))
        source.tell(entry.kind, entry.value, record.ours if record else {}, confirmed=row.confirmed)
    except NotTold as error:
        problem, final = error.message, True
    except MissingExtra as error:
        problem = f"{error.message} {error.hint}"
    except Exception as error:  # others' servers: a sentence on the page, and another try
        problem = said(error)
    with writing(system("exchange")) as w:
        row = Feedback.objects.select_for_update().get(pk=row.pk)
        if not problem:
            w.update(row, state=Feedback.State.SENT, sent_at=clock.now(), try_at=None, problem="")
        else:
            final = final or row.tries >= MOST_TRIES
            w.update(row, state=Feedback.State.FAILED if final else row.state, problem=problem[:300])
        w.event(FeedbackTried(exchange=exchange.name, state=row.state, tries=row.tries), row)


def _record(exchange: Exchange, entry_id: UUID) -> Record | None:
    """The record of the exchange that stands behind an entry, the newest; of one that has gone, nothing can be told."""
    return Record.objects.filter(exchange=exchange, signals__entry_id=entry_id).order_by("-last_seen").first()
