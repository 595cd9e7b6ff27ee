"""What a restriction would have hit in the last days, before it hits anybody: the newest hours first, for as long as one may wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from watchfloor.detection import lakes
from watchfloor.detection.beside import Happening
from watchfloor.detection.reputation import in_force, records, seeing
from watchfloor.detection.reputation.domain import breadth
from watchfloor.detection.reputation.domain.breadth import Reach
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.items import queries as items
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

DAYS = 7
PATIENCE = 4.0  # seconds
MOST_ITEMS = 20_000


def preview(row: Row, days: int = DAYS, patience: float = PATIENCE) -> Reach:
    """Count it over what came in. Reads only; a restriction in force already counts as any other."""
    now = clock.now()
    start = now - timedelta(days=days)
    matcher = Matcher([msgspec.structs.replace(row, ends=None)], in_force.listed)
    files = lakes.files(start, now)
    source = "lake" if files else "items"
    end = time.monotonic() + patience
    events = seen = 0
    hit: set[tuple[str, str]] = set()
    everyone: set[tuple[str, str]] = set()
    whole, since = True, start
    for hour, what in _lake(files, start, now) if files else _items(start, now):
        if what is None:  # an hour is done
            since = hour
            if time.monotonic() > end:
                whole = hour <= start
                break
            continue
        seen += 1
        account = items.account_of(what.item)
        name = (account.type_key, account.external_id) if account is not None else None
        if name is not None:
            everyone.add(name)
        if matcher.match(seeing.traits_of(what), what.at):
            events += 1
            if name is not None:
                hit.add(name)
    found = [each.pk for each in items.by_names(hit).values()]
    bad, clean = records.later(found, start)
    return Reach(
        days=days, source=source if seen else "", since=since.isoformat(), whole=whole, events=events, accounts=len(hit),
        events_seen=seen, accounts_seen=len(everyone), violating=bad, clean=clean,
    )  # fmt: skip


def why_wide(row: Row, reach: Reach) -> str:
    """See ``domain.breadth``."""
    return breadth.why_wide(row.subject, row.value, reach)


def _lake(files: list[lakes.File], start: datetime, end: datetime) -> Iterator[tuple[datetime, Happening | None]]:
    by_hour: dict[datetime, list[lakes.File]] = {}
    for file in files:
        by_hour.setdefault(file.hour, []).append(file)
    schema = lakes.schema_of(files)
    for hour, some in sorted(by_hour.items(), reverse=True):
        frame = lakes.scan(some, start, end, schema=schema).select("id", "action_name", "timestamp", "data").collect()
        for _, name, at, data in frame.unique("id", keep="first", maintain_order=True).iter_rows():
            what = happening(name, at, msgspec.json.decode(data))
            if what is not None:
                yield hour, what
        yield hour, None


def _items(start: datetime, end: datetime) -> Iterator[tuple[datetime, Happening | None]]:
    """Where no events are kept: the versions of items that were seen. Addresses and devices are hashes there."""
    rows = ItemVersion.objects.filter(seen_at__gte=start, seen_at__lt=end, erased_at__isnull=True).select_related(
        "item__author"
    )
    for number, row in enumerate(rows.order_by("-seen_at")[:MOST_ITEMS].iterator(chunk_size=1_000)):
        yield row.seen_at, Happening(item=row.item, name="item_seen", data=row.data, event={}, at=row.seen_at)
        if number % 1_000 == 999:
            yield row.seen_at, None


def happening(name: str, at: datetime, data: dict[str, Any]) -> Happening | None:
    """An event as the lake keeps it; None of one whose item type is gone."""
    about, author = data.get("item") or {}, data.get("author") or {}
    try:
        kind, _ = items.item_type(str(about.get("type", "")))
    except BadInput:
        return None
    item = Item(type_key=kind.key, external_id=str(about.get("id", "")), kind=kind.kind)
    if author.get("id") and kind.kind != "account":
        item.author = Item(type_key=str(author.get("type", "")), external_id=str(author["id"]), kind="account")
    return Happening(
        item=item, name=name, data=about.get("data") or {}, event=data.get("event") or {}, at=at.astimezone(UTC)
    )
