"""Counts of what rules did, made batch by batch and added up: the same numbers wherever and however they were made."""

from __future__ import annotations

import struct
from datetime import datetime
from itertools import combinations

import msgspec
import polars as pl

from watchfloor.engines.sml.backtest import Backtest

_WORD = 64
"""Rows whose hits share one whole number."""


class Tally(msgspec.Struct):
    """Counts so far. ``add`` joins two of them in any order; they may come from other processes.

    Attributes:
        rules: the rules counted.
        limit: how many samples to keep of each.
        samples: rule -> (draw, time, action_id), those with the lowest draw; the draw is a hash of the action_id.
    """

    rules: tuple[str, ...]
    limit: int
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    hits: dict[str, int] = {}
    undecided: dict[str, int] = {}
    series: dict[str, dict[datetime, int]] = {}
    overlap: dict[tuple[str, str], int] = {}
    alone: dict[str, int] = {}
    samples: dict[str, list[tuple[int, datetime, int]]] = {}
    by_rows: dict[str, str] = {}
    errors: dict[str, int] = {}

    def add(self, other: Tally) -> None:
        """Add the counts of other events."""
        self.events += other.events
        self.first = min((when for when in (self.first, other.first) if when is not None), default=None)
        self.last = max((when for when in (self.last, other.last) if when is not None), default=None)
        for mine, theirs in (
            (self.hits, other.hits),
            (self.undecided, other.undecided),
            (self.alone, other.alone),
            (self.errors, other.errors),
        ):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        for pair, count in other.overlap.items():
            self.overlap[pair] = self.overlap.get(pair, 0) + count
        for name, buckets in other.series.items():
            known = self.series.setdefault(name, {})
            for when, count in buckets.items():
                known[when] = known.get(when, 0) + count
        for name, drawn in other.samples.items():
            self.samples[name] = sorted([*self.samples.get(name, ()), *drawn])[: self.limit]
        self.by_rows.update(other.by_rows)

    def finished(self, seconds: float, start: datetime | None = None, end: datetime | None = None) -> Backtest:
        """The result."""
        return Backtest(
            events=self.events,
            start=start or self.first,
            end=end or self.last,
            hits={name: self.hits.get(name, 0) for name in self.rules},
            undecided={name: self.undecided.get(name, 0) for name in self.rules},
            series={name: sorted(self.series.get(name, {}).items()) for name in self.rules},
            overlap=dict(sorted(self.overlap.items())),
            alone={name: self.alone.get(name, 0) for name in self.rules},
            samples={
                name: [number for _, number in sorted((when, number) for _, when, number in self.samples.get(name, ()))]
                for name in self.rules
            },
            seconds=seconds,
            by_rows={name: self.by_rows[name] for name in self.rules if name in self.by_rows},
            errors=dict(sorted(self.errors.items())),
        )


def count(states: pl.DataFrame, rules: tuple[str, ...], bucket: str, limit: int) -> Tally:
    """The counts of one batch.

    Args:
        states: ``action_id``, ``timestamp``, and for each rule by its place in ``rules`` a column ``r0``, ``r1``, ...: True,
            False, or null for undecided.
    """
    tally = Tally(rules, limit, events=states.height)
    if not states.height:
        return tally
    tally.first, tally.last = states.select(pl.min("timestamp").alias("a"), pl.max("timestamp").alias("b")).row(0)
    nulls = states.null_count().row(0, named=True)
    tally.undecided = {name: nulls[f"r{place}"] for place, name in enumerate(rules) if nulls[f"r{place}"]}
    places = [f"r{place}" for place in range(len(rules))]
    hit = states.filter(pl.any_horizontal(places)) if places else states.clear()
    if hit.height:
        _count_hits(hit, tally, bucket)
        _draw(hit, tally)
    return tally


def _count_hits(hit: pl.DataFrame, tally: Tally, bucket: str) -> None:
    """Sums by rule and bucket; pairs from the sets of rows on which each rule fired, in alphabetical order."""
    places = {name: f"r{place}" for place, name in enumerate(tally.rules)}
    sums = hit.group_by(pl.col("timestamp").dt.truncate(bucket).alias("bucket")).agg(pl.sum(*places.values()))
    for when, *counts in sums.iter_rows():
        for name, events in zip(tally.rules, counts, strict=True):
            if events:
                tally.hits[name] = tally.hits.get(name, 0) + events
                tally.series.setdefault(name, {})[when] = events
    sets = _row_sets(hit, {name: places[name] for name in sorted(tally.hits)})
    once = more = 0
    for rows in sets.values():
        more |= once & rows
        once |= rows
    for name, rows in sets.items():
        alone = (rows & ~more).bit_count()
        if alone:
            tally.alone[name] = alone
    for (one, its), (other, others) in combinations(sets.items(), 2):
        both = (its & others).bit_count()
        if both:
            tally.overlap[one, other] = both


def _row_sets(hit: pl.DataFrame, columns: dict[str, str]) -> dict[str, int]:
    """For each name, the rows on which its column is true, as the bits of one number: Python counts those of two at once."""
    bits = pl.Series("bit", [1 << bit for bit in range(_WORD)], dtype=pl.UInt64)
    words = (
        hit.select(*columns.values(), bits.gather(pl.select(pl.int_range(hit.height) % _WORD).to_series()))
        .group_by(pl.int_range(pl.len()) // _WORD, maintain_order=True)
        .agg(
            pl.when(pl.col(column)).then(pl.col("bit")).otherwise(pl.lit(0, pl.UInt64)).sum().alias(column)
            for column in columns.values()
        )
    )
    pack = struct.Struct(f"<{words.height}Q").pack
    return {name: int.from_bytes(pack(*words[column].to_list()), "little") for name, column in columns.items()}


def _draw(hit: pl.DataFrame, tally: Tally) -> None:
    """Keep the events with the lowest hash of each rule: an even draw that does not depend on the order of events."""
    if not tally.limit:
        return
    drawn = hit.with_columns(draw=_mixed(pl.col("action_id"))).sort("draw", "timestamp", "action_id")
    numbered = drawn.select("draw", "timestamp", "action_id")
    fired = {name: f"r{place}" for place, name in enumerate(tally.rules) if name in tally.hits}
    chosen = drawn.select(pl.col(*fired.values()).arg_true().head(tally.limit).implode()).row(0)
    for name, rows in zip(fired, chosen, strict=True):
        tally.samples[name] = [(row[0], row[1], row[2]) for row in numbered[rows].iter_rows()]


def _mixed(number: pl.Expr) -> pl.Expr:
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014): neighbours end up far apart, the same on any machine."""
    mixed = number.cast(pl.UInt64, wrap_numerical=True)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        mixed = (mixed ^ (mixed // (1 << shift))) * pl.lit(factor, dtype=pl.UInt64)
    return mixed
