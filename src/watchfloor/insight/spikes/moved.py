"""What is held against what, and where it moved: a count against the same hours before, a ratio or a stock against a stretch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from watchfloor.insight import catalogue
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import table
from watchfloor.insight.spikes.domain import looking, stocks
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.domain.watching import DAY, HOUR, WEEK


def moved(
    watched: Watched, frame: pl.DataFrame, since: datetime, until: datetime, base: tuple[datetime, datetime] | None,
    calm: Sequence[tuple[datetime, datetime]], up: bool | None, fixed: Mapping[str, str],
) -> tuple[list[timedelta], looking.Place, pl.DataFrame, tuple[datetime, datetime] | None]:  # fmt: skip
    """The spans before it that it is compared with, where it moved, its leaves, and the stretch where one is compared instead of spans."""
    first = frame["hour"].min()
    assert first is None or isinstance(first, datetime)
    if watched.ratio:
        stretch = (naive(base[0]), naive(base[1])) if base else (since - max(7 * DAY, until - since), since)
        if catalogue.metric(watched.key).kind == "mean":
            leafs = table.leaf_times(watched, since, until, stretch, fixed)
        else:
            leafs = looking.leaf_ratios(frame, watched.dims, since, until, stretch)
        return [], looking.place_ratios(leafs, watched.dims, up=up), leafs, stretch
    if base and watched.stock:
        hours = int((naive(base[1]) - naive(base[0])) / HOUR)
        shifts = [until - naive(base[0]) - (place + 1) * HOUR for place in range(hours)]
        leafs = stocks.leaf_levels(frame, watched.dims, until, shifts)
        return (
            [since - naive(base[0])],
            looking.place_counts(leafs, watched.dims, 1, up=up),
            leafs,
            (naive(base[0]), naive(base[1])),
        )
    if base:
        scale = (until - since) / (base[1] - base[0])
        leafs = looking.leaf_counts(frame, watched.dims, since, until, [since - naive(base[0])])
        if abs(scale - 1) > 1e-9:  # a stretch of another length, brought to the window's
            before = frame.filter((pl.col("hour") >= naive(base[0])) & (pl.col("hour") < naive(base[1])))
            leafs = _scaled(frame, before, watched.dims, since, until, scale)
        return (
            [since - naive(base[0])],
            looking.place_counts(leafs, watched.dims, 1, up=up),
            leafs,
            (naive(base[0]), naive(base[1])),
        )
    season = WEEK if first is not None and since - first >= 4 * WEEK else DAY
    quiet = [(naive(a), naive(b)) for a, b in calm]
    shifts = looking.shifts_for(first or since, since, until, season, quiet) or [season]
    if watched.stock:
        leafs = stocks.leaf_levels(frame, watched.dims, until, shifts)
    else:
        leafs = looking.leaf_counts(frame, watched.dims, since, until, shifts)
    return shifts, looking.place_counts(leafs, watched.dims, len(shifts), up=up), leafs, None


def _scaled(
    frame: pl.DataFrame, before: pl.DataFrame, dims: Sequence[str], since: datetime, until: datetime, scale: float
) -> pl.DataFrame:
    now = frame.filter((pl.col("hour") >= since) & (pl.col("hour") < until)).with_columns(
        real=pl.col("n"), expected=pl.lit(0.0)
    )
    was = before.with_columns(real=pl.lit(0.0), expected=pl.col("n") * scale)
    names = [*dims, "real", "expected"]
    return (
        pl.concat([now.select(names), was.select(names)])
        .group_by(list(dims))
        .agg(pl.col("real", "expected").sum())
        .sort(list(dims))
    )
