"""Where events lie after they were worked, and how they are read: hour-partitioned Parquet with typed columns.

``<home>/lake/events/date=2026-01-02/hour=03/<name>.parquet``; the partition is the event's own time (UTC). Each file holds the
event frame of ``sml.flatten`` and the dimensions of ``DIMENSIONS``; files may have different typed columns. What a file knows of
itself stands in its Parquet metadata: ``untyped`` (paths that can only be read from ``data``) and ``replaces`` (names of files
of the same hour whose rows it has taken over; they are not read any more, and removed later).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.kernel.ids import new_id
from watchfloor.platform import config
from watchfloor.platform.durable import whole

if TYPE_CHECKING:
    import polars as pl

DIMENSIONS = ("id", "source", "item_type", "item_id", "item_version", "market", "language")
HOUR = timedelta(hours=1)
UNTYPED = "untyped"  # of a row: the paths that can only be read from its ``data`` (``sml.flatten``)


class File(msgspec.Struct, frozen=True):
    """One file of the lake and what its footer says."""

    path: Path
    hour: datetime
    rows: int
    size: int
    columns: dict[str, object]
    untyped: frozenset[str]
    replaces: frozenset[str]


def folder() -> Path:
    """Where the events lie."""
    return config.home() / "lake" / "events"


def place(hour: datetime, root: Path | None = None) -> Path:
    """The folder of one hour."""
    return (root or folder()) / f"date={hour:%Y-%m-%d}" / f"hour={hour:%H}"


def frames(start: datetime | None = None, end: datetime | None = None, *, root: Path | None = None) -> pl.LazyFrame:
    """All events from ``start`` until before ``end``, lazily: nothing is read until it is collected.

    Columns: those of an event frame (``sml.flatten``), the dimensions, ``received_at``, and every typed column of the files of the
    span (null where a file does not have it). Rows of files where a path has another type name it in ``untyped``.
    """
    return scan(files(start, end, root=root), start, end)


def scan(
    found: Sequence[File],
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    schema: dict[str, pl.DataType] | None = None,
) -> pl.LazyFrame:
    """The rows of these files between two moments; ``schema`` when it is known already (``schema_of``)."""
    import polars as pl

    schema = schema if schema is not None else schema_of(found)
    if not found:
        return pl.LazyFrame(schema=schema)
    parts = []
    for other, some in _by_difference(found, schema).items():
        part = pl.scan_parquet(
            [each.path for each in some],
            schema={name: kind for name, kind in schema.items() if name not in other},
            missing_columns="insert",
            extra_columns="ignore",
            hive_partitioning=False,
            glob=False,
        )
        if other:
            named = pl.concat_list(pl.col(UNTYPED).fill_null([]), pl.lit(pl.Series([sorted(other)])))
            part = part.with_columns(named.alias(UNTYPED), *(pl.lit(None, schema[name]).alias(name) for name in other))
        parts.append(part.select(list(schema)))
    frame = parts[0] if len(parts) == 1 else pl.concat(parts)
    if start is not None and any(each.hour < start for each in found):
        frame = frame.filter(pl.col("timestamp") >= start)
    if end is not None and any(each.hour + HOUR > end for each in found):
        frame = frame.filter(pl.col("timestamp") < end)
    return frame


def schema_of(found: Sequence[File]) -> dict[str, pl.DataType]:
    """The columns that all these files can be read with, the fixed ones first."""
    import polars as pl

    moment = pl.Datetime("us", "UTC")
    schema: dict[str, pl.DataType] = {
        "action_id": pl.Int64(), "action_name": pl.String(), "timestamp": moment, "data": pl.String(), UNTYPED: pl.List(pl.String),
    }  # fmt: skip
    schema |= dict.fromkeys(DIMENSIONS, pl.String()) | {"received_at": moment}
    typed: dict[str, Any] = {}
    for columns in {id(each.columns): each.columns for each in found}.values():
        for name, kind in columns.items():
            if name.startswith("$"):
                typed.setdefault(name, kind)
    return schema | dict(sorted(typed.items()))


def untyped(found: Sequence[File]) -> set[str]:
    """Paths that some rows of these files can only give from ``data``."""
    schema = schema_of(found)
    return set().union(*(each.untyped for each in found), *_by_difference(found, schema))


def _by_difference(found: Sequence[File], schema: Mapping[str, Any]) -> dict[frozenset[str], list[File]]:
    """The files, by the paths they have with another type than the schema says."""
    other: dict[int, frozenset[str]] = {}
    parts: dict[frozenset[str], list[File]] = {}
    for each in found:
        key = id(each.columns)
        if key not in other:
            other[key] = frozenset(
                name for name, kind in each.columns.items() if name.startswith("$") and schema[name] != kind
            )
        parts.setdefault(other[key], []).append(each)
    return parts


def alike(found: Sequence[File], schema: Mapping[str, Any]) -> list[list[File]]:
    """The files in groups that ``scan`` reads as one, each in the order given: a row's place is known before it is read."""
    return list(_by_difference(found, schema).values())


def files(start: datetime | None = None, end: datetime | None = None, *, root: Path | None = None) -> list[File]:
    """The files whose hour touches the span, oldest first, without those that another has replaced."""
    found: list[File] = []
    for hour, where in hours(start, end, root=root):
        here = [each for path in sorted(where.glob("*.parquet")) if (each := footer(path, hour)) is not None]
        gone: set[str] = set().union(*(each.replaces for each in here))
        found += [each for each in here if each.path.name not in gone]
    return found


def hours(
    start: datetime | None = None, end: datetime | None = None, *, root: Path | None = None
) -> list[tuple[datetime, Path]]:
    """The hours that have a folder and touch the span."""
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0) if start else None
    found = []
    top = root or folder()
    for day in sorted(top.glob("date=*")) if top.is_dir() else []:
        date = day.name.removeprefix("date=")
        if (first and date < f"{first:%Y-%m-%d}") or (end and date > f"{end.astimezone(UTC):%Y-%m-%d}"):
            continue
        for where in sorted(day.glob("hour=*")):
            hour = datetime.fromisoformat(f"{date}T{where.name.removeprefix('hour=')}:00:00+00:00")
            if (first is None or hour >= first) and (end is None or hour < end):
                found.append((hour, where))
    return found


_known: dict[Path, File] = {}
_same: dict[tuple[tuple[str, str], ...], dict[str, object]] = {}
_lock = threading.Lock()


def footer(path: Path, hour: datetime) -> File | None:
    """What a file's footer says; kept, because a file never changes. None: it is gone, or of another shape."""
    import polars as pl

    with _lock:
        if path in _known:
            return _known[path]
    try:
        columns: dict[str, object] = dict(pl.read_parquet_schema(path))
        about = pl.read_parquet_metadata(path)
        rows = pl.scan_parquet(path, hive_partitioning=False, glob=False).select(pl.len()).collect().item()
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    if "action_id" not in columns:
        return None
    with _lock:
        # Most files of a lake have the same columns: one dictionary for all of them.
        columns = _same.setdefault(tuple((name, str(kind)) for name, kind in columns.items()), columns)
        _known[path] = File(
            path, hour, int(rows), size, columns,
            frozenset(msgspec.json.decode(about.get("untyped", "[]"))),
            frozenset(msgspec.json.decode(about.get("replaces", "[]"))),
        )  # fmt: skip
        return _known[path]


def write(
    frame: pl.DataFrame,
    hour: datetime,
    *,
    replaces: Collection[str] = (),
    root: Path | None = None,
) -> Path:
    """Put one file into an hour, wholly or not at all."""
    file = place(hour, root) / f"{new_id().hex}.parquet"
    paths = frame[UNTYPED].explode().drop_nulls().unique() if UNTYPED in frame.columns else ()
    about = {
        "untyped": msgspec.json.encode(sorted(paths)).decode(),
        "replaces": msgspec.json.encode(sorted(replaces)).decode(),
    }
    with whole(file) as unfinished:
        frame.sort("timestamp", "action_id").write_parquet(unfinished, compression="zstd", metadata=about)
    return file


def forget() -> None:
    """Know nothing of any file (tests)."""
    with _lock:
        _known.clear()
