"""Stored frames piece by piece: Parquet files or a lazy frame, as many rows at a time as memory easily holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from watchfloor.engines.sml.columns.frame import BASE, schema_of

ROWS = 131_072
"""Rows in a piece."""

_EVENT = ["action_id", "action_name", "timestamp", "data"]
Needs = Callable[[Mapping[str, pl.DataType]], list[str]]


@dataclass(frozen=True)
class Piece:
    """Some rows of a frame.

    Attributes:
        schema: of the whole frame.
        frame: the columns that were asked for.
        rest: gives the events of rows, by their places in the piece.
    """

    schema: Mapping[str, pl.DataType]
    frame: pl.DataFrame
    rest: Callable[[pl.Series], pl.DataFrame]

    def rows(self, places: pl.Series) -> pl.DataFrame:
        """``action_id, action_name, timestamp, data`` of some rows."""
        if set(_EVENT) <= set(self.frame.columns):
            return self.frame[places].select(_EVENT)
        return self.rest(places)


def pieces(
    source: pl.LazyFrame | Sequence[Path],
    needs: Needs,
    start: datetime | None,
    end: datetime | None,
    progress: Callable[[int, int], None] | None,
    errors: dict[str, int],
) -> Iterator[Piece]:
    """The pieces of a source.

    Args:
        source: a lazy frame, or Parquet files.
        needs: the columns to read of a frame with a schema.
        start, end: only events from ``start`` up to but not including ``end``.
        progress: called with the number of events read and the number of all.
        errors: where files that cannot be read are counted.
    """
    frames = [source] if isinstance(source, pl.LazyFrame) else [pl.scan_parquet(path) for path in source]
    sizes = []
    for number, frame in enumerate(frames):
        try:
            sizes.append(int(frame.select(pl.len()).collect().item()))
        except (pl.exceptions.PolarsError, OSError):
            if isinstance(source, pl.LazyFrame):
                raise
            name = Path(source[number]).name
            errors[name] = errors.get(name, 0) + 1
            sizes.append(0)
    done, total = 0, sum(sizes)
    for frame, size in zip(frames, sizes, strict=True):
        if not size:
            continue
        schema = schema_of(frame)
        wanted = frame.select(needs(schema))
        for offset in range(0, size, ROWS):
            made = wanted.slice(offset, ROWS).collect()
            yield _piece(frame, schema, made, offset, start, end)
            done += made.height
            if progress is not None:
                progress(done, total)


def in_order(
    source: pl.LazyFrame | Sequence[Path], start: datetime | None, end: datetime | None, errors: dict[str, int]
) -> pl.LazyFrame:
    """The events of a source in order of (timestamp, action_id), all in memory: what rules that count need."""
    if isinstance(source, pl.LazyFrame):
        return source.select(_EVENT).sort("timestamp", "action_id").collect().lazy()
    found = [piece.frame for piece in pieces(source, lambda schema: _EVENT, start, end, None, errors)]
    if not found:
        return pl.LazyFrame(schema={name: BASE[name] for name in _EVENT})
    return pl.concat(found).sort("timestamp", "action_id").lazy()


def _piece(
    frame: pl.LazyFrame,
    schema: Mapping[str, pl.DataType],
    made: pl.DataFrame,
    offset: int,
    start: datetime | None,
    end: datetime | None,
) -> Piece:
    def rest(places: pl.Series) -> pl.DataFrame:
        return (
            frame.select(_EVENT)
            .slice(offset, ROWS)
            .filter(pl.int_range(pl.len()).is_in(kept[places].implode()))
            .collect()
        )

    kept = pl.int_range(made.height, eager=True)
    if start is not None or end is not None:
        inside = pl.lit(True)
        if start is not None:
            inside = inside & (pl.col("timestamp") >= start)
        if end is not None:
            inside = inside & (pl.col("timestamp") < end)
        mask = made.select(inside & pl.col("timestamp").is_not_null()).to_series()
        made, kept = made.filter(mask), kept.filter(mask)
    return Piece(schema, made, rest)
