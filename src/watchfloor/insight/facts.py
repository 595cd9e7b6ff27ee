"""Facts: the ledger's events, flattened into hour-partitioned Parquet files ``lake/facts/date=2026-11-19/hour=09/*.parquet``.

Files are written first and listed (``FactFile``) in the transaction that moves the cursor: killed anywhere, an export leaves
either nothing listed, and the same leaves are written again under the same names, or everything. An event lands in the hour
of its own time, however late it comes. Leaf numbers have no gaps and grow in commit order, so nothing in flight is skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from watchfloor.insight.flatten import LedgerRow, ReviewerThen, flatten
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.schema import DIGEST, SCHEMA
from watchfloor.kernel import clock
from watchfloor.platform.durable import whole
from watchfloor.policy.models import Policy
from watchfloor.workforce.models import Reviewer

_READ = """
SELECT l.number, e.id::text, e.type, e.at, e.actor, e.subject, e.case_id::text, e.data,
    CASE WHEN e.type = 'appeal.filed' THEN e.changes END
FROM ledger_leaf l JOIN ledger_event e ON e.id = l.event_id
WHERE l.number >= %s AND l.number < %s ORDER BY l.number
"""
KEEP_REPLACED = timedelta(minutes=15)
LATE = timedelta(hours=1)  # a fact of an hour so much before the newest one's comes late
COMPACT_FROM = 6  # files of one hour


def folder() -> Path:
    """Where the fact files are."""
    return Path(settings.HOME) / "lake" / "facts"


def export(limit: int = 20_000) -> int:
    """Export up to ``limit`` sequenced events that are not yet exported; returns how many.

    Two exporters at once do no harm: the second finds the cursor moved and lists nothing. Facts that a former release wrote with
    other columns are written anew, all of them, in the same call.
    """
    cursor, _ = FactCursor.objects.get_or_create(pk=1, defaults={"columns": DIGEST})
    if cursor.columns != DIGEST:
        return rebuild()
    start = cursor.leaf
    rows = read(start, start + limit)
    if not rows:
        return 0
    end = rows[-1].leaf + 1
    reviewers, clearances = _reviewers(), _clearances()
    written = write(start, end, (flatten(row, reviewers, clearances) for row in rows))
    with transaction.atomic():
        cursor = FactCursor.objects.select_for_update().get(pk=1)
        if cursor.leaf != start:
            return 0
        _note_late(cursor, written)
        FactFile.objects.bulk_create(written)
        cursor.leaf, cursor.exported_at = end, clock.now()
        cursor.save()
    return len(rows)


def _note_late(cursor: FactCursor, written: list[FactFile]) -> None:
    """Facts of hours long past change numbers that were looked at before: that is kept, for pages to say it."""
    newest = FactFile.objects.filter(replaced_at__isnull=True).order_by("-hour").values_list("hour", flat=True).first()
    late = [entry for entry in written if newest is not None and entry.hour < newest - LATE]
    if late:
        cursor.late_at, cursor.late_from = clock.now(), min(entry.hour for entry in late)
        cursor.late_facts = sum(entry.rows for entry in late)


class Freshness(msgspec.Struct, frozen=True):
    """How far the facts are, and the last time they changed the past."""

    exported_at: datetime | None
    late_at: datetime | None
    late_from: datetime | None
    late_facts: int


def freshness() -> Freshness:
    """Of the facts there are."""
    cursor = FactCursor.objects.filter(pk=1).first() or FactCursor()
    return Freshness(cursor.exported_at, cursor.late_at, cursor.late_from, cursor.late_facts)


def rebuild() -> int:
    """Write all facts again, as after a release that added columns; returns how many. Readers see few until it is done."""
    with transaction.atomic():
        FactCursor.objects.select_for_update().filter(pk=1).first()
        FactFile.objects.filter(replaced_at__isnull=True).delete()
        FactCursor.objects.filter(pk=1).update(leaf=0, columns=DIGEST)
    for path in folder().rglob("*.parquet"):
        path.unlink()
    total = 0
    while taken := export():
        total += taken
    return total


def read(start: int, end: int) -> list[LedgerRow]:
    """The sequenced events with leaf numbers in ``[start, end)``, up to the first that is not there yet."""
    with connection.cursor() as db:
        db.execute(_READ, [start, end])
        found = [
            LedgerRow(leaf, id_, type_, at, actor, subject, case, _json(data), _json(changes))
            for leaf, id_, type_, at, actor, subject, case, data, changes in db
        ]
    for place, row in enumerate(found):
        if row.leaf != start + place:
            return found[:place]
    return found


def write(start: int, end: int, facts: Iterable[dict[str, Any]]) -> list[FactFile]:
    """Write the facts of leaves ``[start, end)``, one file an hour; returns the (unsaved) entries of the list of files."""
    by_hour: dict[datetime, list[tuple[Any, ...]]] = defaultdict(list)
    for fact in facts:
        by_hour[fact["moment"].replace(minute=0, second=0, microsecond=0)].append(tuple(fact.values()))
    written = []
    for hour, rows in sorted(by_hour.items()):
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        path = _path(hour, f"f-{start:012d}-{end - 1:012d}", frame)
        save(frame, path)
        written.append(_entry(hour, start, end - 1, len(rows), path))
    return written


def save(frame: pl.DataFrame, path: Path) -> None:
    """Write a file so that it is either wholly there, on disk, or not at all."""
    with whole(path) as unfinished:
        frame.write_parquet(unfinished, compression="zstd", compression_level=3)


def compact(limit: int = 24) -> int:
    """Merge the files of up to ``limit`` hours that have many; returns how many hours. Then remove what was replaced."""
    crowded = (
        FactFile.objects.filter(replaced_at__isnull=True).values("hour").annotate(files=Count("id"))
        .filter(files__gte=COMPACT_FROM).order_by("hour").values_list("hour", flat=True)[:limit]
    )  # fmt: skip
    done = 0
    for hour in list(crowded):
        done += _compact_hour(hour)
    sweep()
    return done


def _compact_hour(hour: datetime) -> int:
    parts = list(FactFile.objects.filter(hour=hour, replaced_at__isnull=True).order_by("first"))
    if len(parts) < COMPACT_FROM:
        return 0
    frame = pl.concat([pl.read_parquet(folder() / part.path) for part in parts]).sort("leaf")
    first, last = min(part.first for part in parts), max(part.last for part in parts)
    path = _path(hour, f"c-{first:012d}-{last:012d}", frame)
    save(frame, path)
    with transaction.atomic():
        ids = [part.pk for part in parts]
        alive = FactFile.objects.select_for_update().filter(pk__in=ids, replaced_at__isnull=True)
        if len(alive) != len(ids):  # another process was quicker
            return 0
        alive.update(replaced_at=clock.now())
        _entry(hour, first, last, frame.height, path).save()
    return 1


def sweep() -> int:
    """Remove replaced files that no reader can still hold, and their entries."""
    dead = list(FactFile.objects.filter(replaced_at__lt=clock.now() - KEEP_REPLACED))
    for entry in dead:
        (folder() / entry.path).unlink(missing_ok=True)
    FactFile.objects.filter(pk__in=[entry.pk for entry in dead]).delete()
    return len(dead)


def exported_leaf() -> int:
    """Leaves below this number are in the facts."""
    return FactCursor.objects.filter(pk=1).values_list("leaf", flat=True).first() or 0


def files(start: datetime | None = None, end: datetime | None = None) -> list[str]:
    """Absolute paths of the files that can hold facts of ``[start, end)``."""
    found = FactFile.objects.filter(replaced_at__isnull=True)
    if start is not None:
        found = found.filter(hour__gt=start - timedelta(hours=1))
    if end is not None:
        found = found.filter(hour__lt=end)
    return [str(folder() / path) for path in found.order_by("hour", "first").values_list("path", flat=True)]


def _path(hour: datetime, name: str, frame: pl.DataFrame) -> Path:
    """Where the file of these rows belongs. Other rows (after a rebuild) get another name: readers keep the footers of files by name
    and would look for columns where they were."""
    rows = int(frame.hash_rows().sum() or 0) & 0xFFFFFFFF
    return folder() / f"date={hour:%Y-%m-%d}" / f"hour={hour:%H}" / f"{name}-{rows:08x}.parquet"


def _entry(hour: datetime, first: int, last: int, rows: int, path: Path) -> FactFile:
    return FactFile(
        hour=hour.replace(tzinfo=UTC), first=first, last=last, rows=rows, path=str(path.relative_to(folder()))
    )


def _json(value: Any) -> Any:
    """Raw cursors give JSON as text."""
    return msgspec.json.decode(value) if isinstance(value, (str, bytes)) else value


def _clearances() -> dict[str, str]:
    return dict(Policy.objects.exclude(clearance="").values_list("key", "clearance"))


def _reviewers() -> dict[str, ReviewerThen]:
    return {
        str(pk): ReviewerThen(vendor, team, started)
        for pk, vendor, team, started in Reviewer.objects.values_list("id", "vendor_key", "team", "started_on")
    }
