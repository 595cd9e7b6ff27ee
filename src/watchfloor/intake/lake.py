"""Platform events, and the items of reports, as typed columns in the lake (``detection.lakes`` says where and how).

``data`` of a row is what rules read when the item was screened, so that a rule can be tried on the past. A file is in place
before the spool lets go of the rows' bodies: after a crash in between the same rows are written again, and compaction drops the
doubles by ``id``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import Q

from watchfloor.detection import lakes
from watchfloor.detection.screening import SEED, sml_event
from watchfloor.engines import sml
from watchfloor.intake.drain import read
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, EventRow, ReportRow
from watchfloor.items import domain
from watchfloor.items.models import Item
from watchfloor.items.queries import by_names
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.platform.shortage import is_shortage

log = logging.getLogger(__name__)
REPORTED = "item_reported"
AGAIN = timedelta(hours=1)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the lake keeps it: what rules read, and what it is found by."""

    event: sml.Event
    id: str
    source: str
    item_type: str
    item_id: str
    item_version: str
    market: str
    language: str
    received_at: datetime


def export(limit: int = 5_000) -> int:
    """Write worked rows that the lake does not have yet; how many.

    A row that cannot be written keeps its body and is tried again in an hour; its neighbours are written without it.
    """
    with transaction.atomic():
        due = Q(next_at__isnull=True) | Q(next_at__lte=clock.now())
        waiting = list(
            Spooled.objects.select_for_update(skip_locked=True)
            .filter(due, state=Spooled.State.DONE, body__isnull=False)
            .order_by("id")[:limit]
        )
        if waiting:
            good = _good(waiting)
            Spooled.objects.filter(pk__in=good).update(body=None)
            bad = [row.pk for row in waiting if row.pk not in good]
            Spooled.objects.filter(pk__in=bad).update(next_at=clock.now() + AGAIN)
    return len(waiting)


def _good(waiting: Sequence[Spooled]) -> set[UUID]:
    """Which of these are in the lake now: all of them, or each that could be written by itself."""
    try:
        write(rows(waiting))
    except Exception as problem:
        if is_shortage(problem) or connection.needs_rollback:
            raise
        if len(waiting) == 1:
            log.exception("the row %s cannot be written to the lake; it is tried again in an hour", waiting[0].pk)
            return set()
        half = len(waiting) // 2
        return _good(waiting[:half]) | _good(waiting[half:])
    return {row.pk for row in waiting}


def rows(spooled: Sequence[Spooled]) -> list[Row]:
    """What the lake keeps of some rows of the spool."""
    typed = [(row, read(row)) for row in spooled]
    items = by_names({(each.item.type, each.item.id) for _, each in typed})
    return [_row(row, each, items.get((each.item.type, each.item.id))) for row, each in typed]


def _row(row: Spooled, typed: EventRow | ReportRow, item: Item | None) -> Row:
    about, received = typed.item, row.received_at.astimezone(UTC)
    name, at, more = REPORTED, received, {}
    if isinstance(typed, EventRow):
        name, at, more = typed.name, (typed.at or received).astimezone(UTC), typed.data
    if item is None:  # erased since: the event still counts
        item = Item(type_key=about.type, external_id=about.id, market=typed.market, language=typed.language)
    event = sml_event(item, about.data, name, more)
    return Row(
        event=msgspec.structs.replace(event, action_id=row.id.int & SEED, timestamp=at),
        id=encode("evt" if row.kind == EVENT else "rpt", row.id),
        source=row.source, item_type=about.type, item_id=about.id,
        item_version=domain.version_hash(about.type, about.id, about.data),
        market=typed.market or item.market, language=typed.language or item.language, received_at=received,
    )  # fmt: skip


def write(found: Iterable[Row], root: Path | None = None) -> list[Path]:
    """One file per hour; the files."""
    import polars as pl  # only workers need it; it takes a while to load

    by_hour: dict[datetime, list[Row]] = defaultdict(list)
    for row in found:
        by_hour[row.event.timestamp.astimezone(UTC).replace(minute=0, second=0, microsecond=0)].append(row)
    files = []
    for hour, part in sorted(by_hour.items()):
        frame = sml.flatten([row.event for row in part]).with_columns(
            *(pl.Series(name, [getattr(row, name) for row in part], dtype=pl.String) for name in lakes.DIMENSIONS),
            pl.Series("received_at", [row.received_at for row in part], dtype=pl.Datetime("us", "UTC")),
        )
        files.append(lakes.write(frame, hour, root=root))
    return files
