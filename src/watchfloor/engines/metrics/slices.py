"""Thousands of slices watched at once: which moved today, with a stated share of false alarms over all of them, not per slice.

Counts are small and come by season, so a slice is compared with the same place of earlier seasons (the same weekday), by tails of
counts and not by standard deviations. If its last ``m`` such counts sum to ``S``, the next is negative binomial with mean ``S / m`` and
variance ``mean + mean / m``: counting noise, and that of having seen only ``m``. Restless slices (variance above their mean) are
widened by what they and all slices together show. Alarms are the discoveries of Benjamini and Hochberg over all slices of the day.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl

from watchfloor.engines.metrics.tails import discoveries, nb_tails
from watchfloor.kernel.errors import BadInput

_PRIOR = 0.5  # a slice that was never seen may still hold one: half a count in all that was looked at
_BUSY = 20.0  # counts in all from which a slice says something of restlessness
_WIDEN_WEIGHT = 20.0  # as many observations stand behind the common restlessness as behind a slice's own


class SliceAlarm(msgspec.Struct, frozen=True):
    """One slice on one day.

    Attributes:
        where: its value in each dimension.
        value: the count.
        expected: what it was expected to be.
        p: two-sided chance of a count as far out.
        alarm: whether it is among the discoveries.
        kind: ``spike`` or ``dip``, or ``step`` if the bucket before was as far out on the same side.
    """

    where: dict[str, str]
    value: float
    expected: float
    p: float
    alarm: bool
    kind: str


def watch_slices(
    frame: pl.DataFrame,
    *,
    time: str,
    value: str,
    by: Sequence[str],
    season: int = 7,
    rounds: int = 8,
    rate: float = 0.05,
    elapsed: float = 1.0,
) -> list[SliceAlarm]:
    """Judge the last bucket of each slice; missing buckets count nought.

    Args:
        frame: one row per bucket and slice.
        time: column of buckets, evenly spaced (dates or moments).
        by: dimension columns; each combination that occurs is a slice.
        season: buckets per season.
        rounds: earlier seasons looked at.
        rate: the share of false alarms among alarms that one is ready to see.
        elapsed: the part of the last bucket that has passed, if it is not over.
    """
    if season < 1 or rounds < 1 or not 0 < rate < 1 or not 0 < elapsed <= 1:
        raise BadInput("bad_watch", "season and rounds are at least 1, rate and elapsed lie between 0 and 1.")
    table, many = _counts(frame, time, value, by)
    if many < 2:
        raise BadInput("too_short", "There are fewer than two buckets: nothing to compare the last one with.")
    last = many - 1
    places = [last - back * season for back in range(1, rounds + 1) if last - back * season >= 0]
    if len(places) < 2:  # too short for a season: the buckets just before
        places = list(range(max(0, last - rounds), last))
    seen = [table[str(place)].to_list() for place in places]
    now = table[str(last)].to_list()
    before = table[str(last - 1)].to_list()
    histories = list(zip(*seen, strict=True))
    widen = _restlessness(histories)
    found, ps = [], []
    for number, history in enumerate(histories):
        loose = widen[number]
        known = sum(history) + _PRIOR * loose
        mean = known / len(history)
        mean_now = mean * elapsed
        variance = (mean_now + mean_now * mean_now / known) * loose
        high, low = nb_tails(now[number], mean_now, variance)
        p = min(1.0, 2 * min(high, low))
        kind = "spike" if high < low else "dip"
        again = nb_tails(before[number], mean, mean * (1 + 1 / len(history)) * loose)
        steady = min(again) * 2 <= max(p, 0.01) and (again[0] < again[1]) == (high < low)
        found.append((now[number], mean_now, "step" if steady else kind))
        ps.append(p)
    alarms = discoveries(ps, rate)
    names = table.select(by).cast(pl.String).fill_null("").rows()
    return [
        SliceAlarm(dict(zip(by, name, strict=True)), count, mean, p, alarm, kind if alarm else "")
        for name, (count, mean, kind), p, alarm in zip(names, found, ps, alarms, strict=True)
    ]


def _counts(frame: pl.DataFrame, time: str, value: str, by: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """A row per slice, a column per bucket (named by its place), and how many buckets, gaps filled."""
    for name in (time, value, *by):
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    moments = frame[time].unique().sort()
    if moments.null_count() or len(moments) < 2:
        return frame.select(by).unique(), len(moments)
    step = moments.diff().drop_nulls().min()
    places = ((frame[time] - moments[0]) / step).round().cast(pl.Int64)
    counted = (
        frame.with_columns(__place=places)
        .group_by(*by, "__place")
        .agg(pl.col(value).sum())
        .pivot(on="__place", index=list(by), values=value, aggregate_function="sum")
        .with_columns(pl.exclude(by).cast(pl.Float64).fill_null(0.0))
    )
    many = int(places.max() or 0) + 1
    missing = [str(place) for place in range(many) if str(place) not in counted.columns]
    return counted.with_columns(pl.lit(0.0).alias(name) for name in missing), many


def _restlessness(histories: Sequence[Sequence[float]]) -> list[float]:
    """Variance over mean of each slice, drawn towards that of the busy ones; never below it or one."""
    own: list[tuple[float, float]] = []
    for history in histories:
        mean = sum(history) / len(history)
        free = len(history) - 1 if mean > 0 else 0
        own.append((sum((each - mean) ** 2 for each in history) / mean if free else 0.0, free))
    busy = [(part, free) for (part, free), history in zip(own, histories, strict=True) if sum(history) >= _BUSY]
    square, freedom = (
        (sum(each) for each in zip(*busy, strict=True)) if busy else (0.0, 0.0)
    )  # rare counts hide their spread
    common = max(1.0, square / freedom) if freedom else 1.0
    return [max(1.0, common, (part + common * _WIDEN_WEIGHT) / (free + _WIDEN_WEIGHT)) for part, free in own]
