"""From the spool to the floor: each row is worked in a savepoint, so that one that fails costs only itself.

A row that fails comes again after a pause, five times in all; then it is put aside with its bytes and the error, for a
person to mend the cause and replay it. Rows of the never-shed lane go first. A row that ends its process is counted, too (``begun``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import psycopg
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from watchfloor.identity.domain import system
from watchfloor.intake import begun, strict
from watchfloor.intake.events import RowQuarantined
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, REPORT, EventRow, ItemIn, ReportRow, channel_of, parse
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.deadlocks import is_deadlock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform import tracing
from watchfloor.platform.shortage import is_shortage

log = logging.getLogger(__name__)

ACTOR = system("intake")
PAUSES = (1, 10, 60, 300)  # seconds before the second to the fifth attempt
ATTEMPTS = len(PAUSES) + 1
Handler = Callable[[Writer, Spooled], None]


def work_report(w: Writer, row: Spooled) -> None:
    """A report: the item is seen, a case joined or opened, detection looks."""
    from watchfloor.detection.actions import screen
    from watchfloor.policy.queries import reason
    from watchfloor.review.actions import receive_report
    from watchfloor.review.contracts import ReportIn

    report = read(row)
    assert isinstance(report, ReportRow)
    item, version = seen(w, report.item, row.received_at, report.market, report.language)
    receive_report(
        w,
        ReportIn(
            id=row.id, item=item.pk, item_version=version, source=row.source, channel=channel_of(report),
            reporter_kind=report.reporter.kind, reporter=report.reporter.id, reason_key=reason(report.reason).key,
            received_at=row.received_at, note=report.note, market=report.market, language=report.language,
            surface=report.surface, reach=report.reach,
        ),
        item=item,
    )  # fmt: skip
    screen(w, item, version, report.item.data, name="item_reported", reach=report.reach, at=row.received_at)


def work_event(w: Writer, row: Spooled) -> None:
    """A platform event: the item is seen, detection looks. What rules read of it goes to the lake (``lake.export``)."""
    from watchfloor.detection.actions import screen
    from watchfloor.review.actions import stream_changed

    event = read(row)
    assert isinstance(event, EventRow)
    item, version = seen(w, event.item, row.received_at, event.market, event.language)
    stream_changed(w, item)
    screen(w, item, version, event.item.data, name=event.name, event=event.data, at=event.at or row.received_at)


HANDLERS: Mapping[str, Handler] = {REPORT: work_report, EVENT: work_event}


def drain(
    limit: int = 200, handlers: Mapping[str, Handler] = HANDLERS, kinds: Collection[str] = (REPORT, EVENT)
) -> int:
    """Work up to ``limit`` waiting rows in one transaction; how many were worked (with or without success).

    Safe in any number of processes at once: each takes rows the others have not.
    """
    with begun.alone() as release:
        with transaction.atomic():
            rows = begun.together(list(waiting(kinds).order_by("lane", "id")[:limit]))
            if not rows:
                return 0
            begun.mark(rows)
        with tracing.span("intake.drain", rows=len(rows)), begun.innocent_of_shortage(rows), transaction.atomic():
            ours = waiting(kinds).filter(pk__in=[row.pk for row in rows]).order_by("lane", "id")
            locked = list(ours)
            release()
            return work(locked, handlers)


def waiting(kinds: Collection[str]) -> QuerySet[Spooled]:
    """Waiting rows that are due and nobody else works, locked."""
    due = Q(next_at__isnull=True) | Q(next_at__lte=clock.now())
    return Spooled.objects.select_for_update(skip_locked=True).filter(due, state=Spooled.State.WAITING, kind__in=kinds)


def work(rows: Sequence[Spooled], handlers: Mapping[str, Handler] = HANDLERS) -> int:
    """Work locked rows, marked as begun, in the caller's transaction; how many of them, from the first, were worked (with or
    without success)."""
    now = clock.now()
    done: list[Spooled] = []
    worked = 0
    for row in rows:
        if begun.guilty(row):
            _put_aside(row, begun.sentence(), "worker_ended", row.attempts + begun.deaths())
            worked += 1
            continue
        try:
            with tracing.span("intake.row", kind=row.kind), writing(ACTOR, on_behalf=f"source:{row.source}") as w:
                handlers[row.kind](w, row)
        except Exception as problem:
            if connection.connection is None or connection.connection.closed:
                raise  # not the row's fault
            if is_shortage(problem):
                raise  # nor is a full disk: nothing is counted, all of it comes again
            if is_deadlock(problem):
                begun.unmark(rows[worked:])
                break  # nor is this: what is done is committed, which frees the other side; the rest is the next drain's
            _failed(row, problem, now)
        else:
            done.append(row)
        worked += 1
    # A row keeps its body until the lake has it.
    Spooled.objects.filter(pk__in=[row.pk for row in done]).update(state=Spooled.State.DONE, error="", begun=0)
    return worked


def read(row: Spooled) -> ReportRow | EventRow:
    """The typed row in the spool."""
    return parse(row.kind, strict.Reader().one(strict.text_of(bytes(row.body or b""))))


def seen(w: Writer, item: ItemIn, at: datetime, market: str, language: str) -> tuple[Item, str]:
    """Take note of the item a row is about."""
    author = item.author
    return see(
        w,
        ItemSeen(
            type=item.type, id=item.id, data=item.data, seen_at=at, market=market, language=language,
            author_type=author.type if author else "", author_id=author.id if author else "",
        ),
    )  # fmt: skip


def _failed(row: Spooled, problem: Exception, now: datetime) -> None:
    """Count the attempt; try again later, or put the row aside."""
    attempts = row.attempts + 1
    error = _text(problem)
    if attempts < ATTEMPTS:
        Spooled.objects.filter(pk=row.pk).update(
            state=Spooled.State.WAITING, attempts=attempts, begun=0, error=error,
            next_at=now + timedelta(seconds=PAUSES[attempts - 1]),
        )  # fmt: skip
        return
    _put_aside(row, error, _kind(problem), attempts)


def _put_aside(row: Spooled, error: str, kind: str, attempts: int) -> None:
    """To quarantine, with its bytes."""
    log.error("row %s of %s goes to quarantine after %d attempts (%s)", row.pk, row.source, attempts, kind)
    with writing(ACTOR, reason="poison") as w:
        Spooled.objects.filter(pk=row.pk).update(
            state=Spooled.State.QUARANTINED, attempts=attempts, begun=0, error=error, next_at=None
        )
        w.event(
            RowQuarantined(kind=row.kind, source=row.source, error=kind, attempts=attempts),
            ("spooled", row.pk),
        )


def _kind(problem: Exception) -> str:
    return problem.code if isinstance(problem, WatchfloorError) else type(problem).__name__


def _text(problem: Exception) -> str:
    if isinstance(problem, WatchfloorError):
        parts = [problem.message, f"At {problem.where}." if problem.where else "", problem.hint]
        text = " ".join(part for part in parts if part)
    else:
        cause = problem.__cause__ if isinstance(problem.__cause__, psycopg.Error) else problem
        text = f"{type(cause).__name__}: {cause}"
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:2_000]
