"""Platform events as typed columns: hour-partitioned Parquet under ``<home>/lake/events``, read by DuckDB and Polars.

``lake/events/date=2026-01-02/hour=03/<first id>-<last id>.parquet`` with the columns of ``SCHEMA``. The partition is the
event's own time. A file is written under another name and then moved, and only then the rows let go of their body: after a
crash in between the same events are written again, so ``id`` (not the row) is the unit to count.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from watchfloor.intake.drain import read
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, EventRow
from watchfloor.kernel.ids import encode
from watchfloor.platform import config

MAX_KEYS = 200  # of one event's data
Row = dict[str, Any]


def folder() -> Path:
    """Where the events lie."""
    return config.home() / "lake" / "events"


def export(limit: int = 5_000) -> int:
    """Write worked events that the lake does not have yet; how many."""
    with transaction.atomic():
        waiting = list(
            Spooled.objects.select_for_update(skip_locked=True)
            .filter(kind=EVENT, state=Spooled.State.DONE, body__isnull=False)
            .order_by("id")[:limit]
        )
        if waiting:
            write([columns(row) for row in waiting])
            Spooled.objects.filter(pk__in=[row.pk for row in waiting]).update(body=None)
    return len(waiting)


def columns(row: Spooled) -> Row:
    """One event as the lake keeps it."""
    event = read(row)
    assert isinstance(event, EventRow)
    return {
        "id": encode("evt", row.id),
        "name": event.name,
        "at": (event.at or row.received_at).astimezone(UTC),
        "source": row.source,
        "item_type": event.item.type,
        "item_id": event.item.id,
        "market": event.market,
        "language": event.language,
        "data": msgspec.json.encode(flat(event.data)).decode(),
        "received_at": row.received_at.astimezone(UTC),
    }


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """``{"a": {"b": 1}}`` -> ``{"a.b": 1}``; lists are kept as they are; at most ``MAX_KEYS`` entries."""
    result: dict[str, Any] = {}
    todo: list[tuple[str, Any]] = [(key, value) for key, value in reversed(data.items())]
    while todo and len(result) < MAX_KEYS:
        key, value = todo.pop()
        if isinstance(value, dict):
            todo += [(f"{key}.{name}", inner) for name, inner in reversed(value.items())]
        else:
            result[key] = value
    return result


def write(rows: list[Row], root: Path | None = None) -> list[Path]:
    """One file per hour; the files."""
    import polars as pl  # only workers need it; it takes a while to load

    moment = pl.Datetime("us", "UTC")
    schema: dict[str, Any] = {
        "id": pl.String, "name": pl.String, "at": moment, "source": pl.String, "item_type": pl.String, "item_id": pl.String,
        "market": pl.String, "language": pl.String, "data": pl.String, "received_at": moment,
    }  # fmt: skip
    by_hour: dict[datetime, list[Row]] = defaultdict(list)
    for row in rows:
        by_hour[row["at"].replace(minute=0, second=0, microsecond=0)].append(row)
    files = []
    for hour, part in by_hour.items():
        place = (root or folder()) / f"date={hour:%Y-%m-%d}" / f"hour={hour:%H}"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = place / f"{part[0]['id'][4:]}-{part[-1]['id'][-6:]}-{len(part)}.parquet"
        half = file.with_suffix(".part")
        pl.DataFrame(part, schema=schema).write_parquet(half, compression="zstd")
        _sync(half)
        half.replace(file)
        _sync(place)
        files.append(file)
    return files


def _sync(path: Path) -> None:
    """To the disk: the rows let go of their bodies next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
