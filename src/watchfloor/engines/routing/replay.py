"""What a queue's backlog would have been: its jobs in the order they came, worked off by the capacity it was seen to have.

The method, said on the page as well: of every hour we know how many jobs the queue solved. In an hour in which somebody worked, its
capacity is that number, or the upper quartile of all its worked hours where that is more (an empty queue solves less than it could);
in an hour in which nobody worked it is nought. Jobs are worked off first come first served, evenly within the hour. What is left at
the end is as old as it is then. Before and after are replayed alike, so that what the model cannot know (priorities, who was on, how
hard a case is) is wrong on both sides; read the difference, not the level.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import polars as pl

HOUR_US = 3_600_000_000


class Replayed(msgspec.Struct, frozen=True):
    """One queue: jobs, mean age when solved (or at the end) in ms, how many passed their due time, how many were left."""

    jobs: int
    aas_ms: int
    breaches: int
    left: int


def capacity(solved_at: pl.Series, start: datetime, end: datetime) -> pl.Series:
    """Jobs an hour, hour by hour from ``start``, from the moments at which a queue solved jobs."""
    hours = max(1, -(-int((end - start) / timedelta(microseconds=1)) // HOUR_US))
    moments = solved_at.drop_nulls().cast(pl.Datetime("us"))
    here = moments.filter((moments >= start) & (moments < end))
    number = (here.cast(pl.Int64) - _us(start)) // HOUR_US
    counts = pl.DataFrame({"hour": number}).group_by("hour").len()
    every = pl.DataFrame({"hour": pl.Series(range(hours), dtype=pl.Int64)}).join(counts, on="hour", how="left")
    seen = every.sort("hour")["len"].fill_null(0).cast(pl.Float64)
    worked = seen.filter(seen > 0)
    usual = worked.quantile(0.75, "nearest") or 0.0
    return pl.select(pl.when(seen > 0).then(pl.max_horizontal(seen, pl.lit(usual))).otherwise(0.0)).to_series()


def replay(arrived: pl.Series, due: pl.Series, per_hour: pl.Series, start: datetime, end: datetime) -> Replayed:
    """Work off one queue's jobs. ``arrived`` and ``due`` are moments (UTC without a zone, microseconds) of the same jobs."""
    jobs = pl.DataFrame({"at": arrived.cast(pl.Int64), "due": due.cast(pl.Int64)}).sort("at")
    if jobs.is_empty():
        return Replayed(0, 0, 0, 0)
    begin, stop = _us(start), _us(end)
    came = _per_hour(jobs["at"], begin, len(per_hour))
    served = _served(came, per_hour.to_list())  # how many were done by the end of each hour
    done = pl.Series(served, dtype=pl.Float64)
    rank = pl.int_range(1, jobs.height + 1, eager=True).cast(pl.Float64)
    hour = done.search_sorted(rank - 1e-6, side="left").cast(pl.Int64)
    before = pl.concat([pl.Series([0.0]), done]).gather(hour.clip(0, len(served)))
    rate = pl.concat([per_hour, pl.Series([1.0])]).gather(hour.clip(0, len(served)))
    at = jobs.with_columns(hour=hour, rank=rank, before=before, rate=rate).with_columns(
        solved=pl.when(pl.col("hour") >= len(served))
        .then(None)
        .otherwise(
            begin + pl.col("hour") * HOUR_US
            + ((pl.col("rank") - pl.col("before")) / pl.col("rate").clip(1e-9) * HOUR_US).clip(0, HOUR_US).cast(pl.Int64)
        )
    )  # fmt: skip
    at = at.with_columns(until=pl.max_horizontal(pl.col("solved").fill_null(stop), pl.col("at")))
    age = (at["until"] - at["at"]).mean()
    return Replayed(
        jobs=at.height,
        aas_ms=int(float(age) / 1000) if isinstance(age, (int, float)) else 0,
        breaches=int((at["until"] > at["due"]).sum()),
        left=at["solved"].null_count(),
    )


def _per_hour(at: pl.Series, begin: int, hours: int) -> list[int]:
    number = ((at - begin) // HOUR_US).clip(0, hours - 1)
    counts = dict(pl.DataFrame({"hour": number}).group_by("hour").len().iter_rows())
    return [counts.get(hour, 0) for hour in range(hours)]


def _served(came: list[int], per_hour: list[float]) -> list[float]:
    total, waiting, done = [], 0.0, 0.0
    for arriving, able in zip(came, per_hour, strict=True):
        waiting += arriving
        now = min(waiting, able)
        waiting -= now
        done += now
        total.append(done)
    return total


def _us(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)) / timedelta(microseconds=1))  # noqa: DTZ001
