"""What came in between two moments, as rules read it: from the lake, or, where the lake has nothing yet, from the items seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from watchfloor.detection import lakes
from watchfloor.detection.screening import number_of, sml_event
from watchfloor.engines import sml
from watchfloor.items.models import ItemVersion

if TYPE_CHECKING:
    import polars as pl

    from watchfloor.engines.sml.columns.sources import Piece

CHUNK = 5_000  # item versions at once
ROWS = 100_000  # rows of the lake at once, or one hour if that has more
EVENT = ("action_id", "action_name", "timestamp", "data")
WHERE = ("item_type", "item_id", "market", "language")


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


def pieces(past: Past, needs: Callable[[Mapping[str, pl.DataType]], list[str]]) -> Iterator[Piece]:
    """The events in order of (timestamp, action_id), as frames: the columns asked for, and those of ``WHERE`` always.

    Args:
        needs: the columns to read of a frame with a schema (``Runner.needs``).
    """
    return _of_lake(past, needs) if past.kind == "lake" else _of_items(past)


def _of_lake(past: Past, needs: Callable[[Mapping[str, pl.DataType]], list[str]]) -> Iterator[Piece]:
    """Some hours at once, so that memory stays flat; a row that was written twice (see ``intake.lake``) counts once."""
    files = lakes.files(past.start, past.end)
    schema = lakes.schema_of(files)
    wanted = list(dict.fromkeys([*needs(schema), "timestamp", "action_id", "id", *WHERE]))
    for some in _hours(files):
        lazy = lakes.scan(some, past.start, past.end, schema=schema)
        frame = lazy.select(wanted).collect()
        if len({file.hour for file in some}) < len(some):  # only another file of the same hour can hold a row again
            frame = frame.unique("id", keep="first", maintain_order=True)
        yield _piece(schema, frame.sort("timestamp", "action_id"), lazy)


def _piece(schema: Mapping[str, pl.DataType], frame: pl.DataFrame, lazy: pl.LazyFrame) -> Piece:
    from watchfloor.engines.sml.columns.sources import Piece

    def rest(places: pl.Series) -> pl.DataFrame:
        ids = frame[places].select("id")
        rows = lazy.select("id", *EVENT).join(ids.lazy(), on="id", how="semi").collect().unique("id", keep="first")
        return ids.join(rows, on="id", how="left", maintain_order="left").select(EVENT)

    return Piece(schema, frame, rest)


def _hours(files: list[lakes.File]) -> Iterator[list[lakes.File]]:
    """The files of whole hours, until they have ``ROWS`` rows or so."""
    some: list[lakes.File] = []
    for file in files:  # oldest first
        if some and file.hour != some[-1].hour and sum(one.rows for one in some) >= ROWS:
            yield some
            some = []
        some.append(file)
    if some:
        yield some


def _of_items(past: Past) -> Iterator[Piece]:
    """Every version of every item that was seen, as screening read it (what a platform event carried besides is not kept)."""
    rows = ItemVersion.objects.filter(seen_at__lt=past.end, erased_at__isnull=True).select_related("item__author")
    after, last = past.start, ""
    while True:
        here = rows.filter(seen_at=after, hash__gt=last) | rows.filter(seen_at__gt=after)
        found = list(here.order_by("seen_at", "hash")[:CHUNK])
        if not found:
            return
        after, last = found[-1].seen_at, found[-1].hash
        yield _piece_of(found)


def _piece_of(versions: list[ItemVersion]) -> Piece:
    """No typed columns: there are few, and each some thousand would have other ones, for which the rules were compiled anew."""
    import polars as pl

    from watchfloor.engines.sml.columns.sources import Piece

    rows = []
    for version in versions:
        event, item = event_of(version), version.item
        data = msgspec.json.encode(event.data).decode()
        dimensions = (item.type_key, item.external_id, item.market, item.language)
        rows.append((event.action_id, event.action_name, event.timestamp, data, *dimensions))
    moment = pl.Datetime("us", "UTC")
    schema: dict[str, pl.DataType] = dict.fromkeys([*EVENT, *WHERE], pl.String())
    schema |= {"action_id": pl.Int64(), "timestamp": moment}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("timestamp", "action_id")
    return Piece({name: schema[name] for name in EVENT}, frame, lambda places: frame[places].select(EVENT))


def event_of(version: ItemVersion) -> sml.Event:
    """One version of an item as rules read it when it was seen."""
    event = sml_event(version.item, version.data, "item_seen", None)
    return msgspec.structs.replace(event, action_id=number_of(version.item), timestamp=version.seen_at)
