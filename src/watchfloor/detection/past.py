"""What came in between two moments, as rules read it: from the lake, or, where the lake has nothing yet, from the items seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from watchfloor.detection import lakes
from watchfloor.detection.screening import SEED, sml_event
from watchfloor.engines import sml
from watchfloor.items.models import ItemVersion

CHUNK = 5_000


class Seen(msgspec.Struct, frozen=True):
    """One event and the item it is about."""

    event: sml.Event
    item_type: str
    item_id: str
    market: str
    language: str


class Past(msgspec.Struct, frozen=True):
    """A stretch of time to read: ``kind`` is ``lake`` or ``items``, ``events`` about how many there are."""

    kind: str
    start: datetime
    end: datetime
    events: int


def between(start: datetime, end: datetime) -> Past:
    """What there is to read in ``[start, end)``."""
    files = lakes.files(start, end)
    if files:
        return Past("lake", start, end, sum(file.rows for file in files))
    versions = ItemVersion.objects.filter(seen_at__gte=start, seen_at__lt=end, erased_at__isnull=True)
    return Past("items", start, end, versions.count())


def chunks(past: Past) -> Iterator[list[Seen]]:
    """The events in order of time, some thousands at once."""
    return _of_lake(past) if past.kind == "lake" else _of_items(past)


def _of_lake(past: Past) -> Iterator[list[Seen]]:
    """Hour by hour, so that memory stays flat; a row that was written twice (see ``intake.lake``) counts once."""
    by_hour: dict[datetime, list[lakes.File]] = {}
    for file in lakes.files(past.start, past.end):
        by_hour.setdefault(file.hour, []).append(file)
    names = ("action_id", "action_name", "timestamp", "data", "id", "item_type", "item_id", "market", "language")
    for hour in sorted(by_hour):
        frame = lakes.scan(by_hour[hour], past.start, past.end).select(*names).collect()
        frame = frame.unique("id", keep="first").sort("timestamp", "action_id")
        for part in frame.iter_slices(CHUNK):
            found = []
            for action_id, name, at, data, _id, kind, item, market, language in part.iter_rows():
                decoded: dict[str, Any] = msgspec.json.decode(data)
                found.append(Seen(sml.Event(action_id, name, at, decoded), kind, item, market or "", language or ""))
            yield found


def _of_items(past: Past) -> Iterator[list[Seen]]:
    """Every version of every item that was seen, as screening read it (what a platform event carried besides is not kept)."""
    rows = ItemVersion.objects.filter(seen_at__lt=past.end, erased_at__isnull=True).select_related("item__author")
    after, last = past.start, ""
    while True:
        here = rows.filter(seen_at=after, hash__gt=last) | rows.filter(seen_at__gt=after)
        found = list(here.order_by("seen_at", "hash")[:CHUNK])
        if not found:
            return
        after, last = found[-1].seen_at, found[-1].hash
        yield [seen_of(row) for row in found]


def seen_of(row: ItemVersion) -> Seen:
    """One version of an item as rules read it when it was seen."""
    item = row.item
    event = sml_event(item, row.data, "item_seen", None)
    event = msgspec.structs.replace(event, action_id=item.pk.int & SEED, timestamp=row.seen_at)
    return Seen(event, item.type_key, item.external_id, item.market, item.language)
