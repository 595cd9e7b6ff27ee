"""Thousands of slices watched at once: which moved today, with a stated share of false alarms over all of them, not per slice.

Counts are small and come by season, so a slice is compared with the same place of earlier seasons (the same weekday), by tails of
counts and not by standard deviations. If its last ``m`` such counts sum to ``S``, the next is negative binomial with mean ``S / m`` and
variance ``mean + mean / m``: counting noise, and that of having seen only ``m``. Restless slices (variance above their mean) are
widened by what they and all slices together show. Alarms are the discoveries of Benjamini and Hochberg over all slices of the day.
Public holidays are compared with earlier ones, and other days never with them (see ``closed``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import polars as pl

from watchfloor.engines.metrics.closed import Holidays
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
        p: two-sided chance of a count further out, and half of that of the count itself (mid-p: few counts have few values).
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
    holidays: Mapping[str, Collection[date]] | None = None,
    market: str | None = None,
) -> list[SliceAlarm]:
    """Judge the last bucket of each slice; missing buckets count nought.

    Args:
        frame: one row per bucket and slice.
        time: column of buckets, evenly spaced (dates or moments).
        by: dimension columns; each combination that occurs is a slice.
        season: buckets per season.
        rounds: earlier seasons looked at.
        rate: the share of false alarms among alarms that one is ready to see.
        elapsed: the part of the last bucket's usual count that should have come by now, if it is not over.
        holidays: days off by market ("" where there is one calendar for all).
        market: the dimension that names a slice's market; without it ``holidays[""]`` holds for all.
    """
    if season < 1 or rounds < 1 or not 0 < rate < 1 or not 0 < elapsed <= 1:
        raise BadInput("bad_watch", "season and rounds are at least 1, rate and elapsed lie between 0 and 1.")
    table, many, moments = _counts(frame, time, value, by)
    if many < 2:
        raise BadInput("too_short", "There are fewer than two buckets: nothing to compare the last one with.")
    last = many - 1
    places = [last - back * season for back in range(1, rounds + 1) if last - back * season >= 0]
    if len(places) < 2:  # too short for a season: the buckets just before
        places = list(range(max(0, last - rounds), last))
    columns = [table[str(place)].to_list() for place in range(many)]
    if market is not None and market not in by:
        raise BadInput("no_market", f"The market {market!r} is none of the dimensions.", where="market")
    names_of_markets = table[market].cast(pl.String).fill_null("").to_list() if market else [""] * len(table)
    days = Holidays(moments, columns, names_of_markets, holidays or {}, season)
    histories = [
        [columns[place][number] for place in days.comparable(name, places)]
        for number, name in enumerate(names_of_markets)
    ]
    widen = _restlessness(histories)
    found, ps = [], []
    for number, (history, name) in enumerate(zip(histories, names_of_markets, strict=True)):
        now, before = columns[last][number], columns[last - 1][number]
        loose, off = widen[number], days.today(name)
        known = sum(history) + _PRIOR * loose
        mean = known / len(history)
        mean_now = mean * elapsed * off.factor
        variance = (mean_now + mean_now * mean_now / known) * loose + (mean_now * off.unsure) ** 2
        high, low = _mid(*nb_tails(now, mean_now, variance))
        kind = "spike" if high < low else "dip"
        p = min(1.0, 2 * min(high, low))
        if off.unknown and kind == "dip":  # fewer on a day off, and nobody knows how many fewer
            p = 1.0
        again = nb_tails(before, mean, mean * (1 + 1 / len(history)) * loose)
        steady = not off.any and min(again) * 2 <= max(p, 0.01) and (again[0] < again[1]) == (high < low)
        found.append((now, mean_now, "step" if steady else kind))
        ps.append(p)
    alarms = discoveries(ps, rate)
    names = table.select(by).cast(pl.String).fill_null("").rows()
    return [
        SliceAlarm(dict(zip(by, name, strict=True)), count, mean, p, alarm, kind if alarm else "")
        for name, (count, mean, kind), p, alarm in zip(names, found, ps, alarms, strict=True)
    ]


def _mid(high: float, low: float) -> tuple[float, float]:
    """Both tails with half of what they share."""
    half = max(high + low - 1, 0.0) / 2
    return max(high - half, 0.0), max(low - half, 0.0)


def _counts(
    frame: pl.DataFrame, time: str, value: str, by: Sequence[str]
) -> tuple[pl.DataFrame, int, list[date | None]]:
    """A row per slice, a column per bucket (named by its place), how many buckets, gaps filled, and the date of each, if it has one."""
    for name in (time, value, *by):
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    moments = frame[time].unique().sort()
    if moments.null_count() or len(moments) < 2:
        return frame.select(by).unique(), len(moments), []
    step: Any = moments.diff().drop_nulls().min()
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
    start: Any = moments[0]
    dates = [start + step * place if isinstance(start, date) else None for place in range(many)]
    return counted.with_columns(pl.lit(0.0).alias(name) for name in missing), many, [_day(each) for each in dates]


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


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
