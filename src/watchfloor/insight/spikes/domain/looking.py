"""What moved: the finest table of a window against its comparison, the slices located in it, and parts that add up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import polars as pl

from watchfloor.engines.metrics import Location, locate_mean, locate_ratio, locate_small
from watchfloor.engines.metrics.small_counts import holds as holds
from watchfloor.insight.spikes.domain.ranking import Leaf

HOUR = timedelta(hours=1)
SHIFTS = 6


class Slice(msgspec.Struct, frozen=True):
    """A slice that moved. ``real`` and ``expected``: counts of what is in it and in none before it; for ratios the ratio."""

    where: dict[str, str]
    real: float
    expected: float
    p: float


class Place(msgspec.Struct, frozen=True):
    """Where it comes from. ``elsewhere``: (real, expected) of all that is in no slice; with the slices it is the whole."""

    verdict: str  # localised | everywhere | none
    slices: list[Slice]
    elsewhere: tuple[float, float]
    real: float
    expected: float
    p: float


def shifts_for(
    first: datetime, start: datetime, end: datetime, season: timedelta, calm: Sequence[tuple[datetime, datetime]] = ()
) -> list[timedelta]:
    """How far back the comparable windows lie; those that touch an interval of ``calm`` (earlier spikes) are left out."""
    found: list[timedelta] = []
    step = season * max(1, -((start - end) // season))
    for back in range(1, SHIFTS * 3):
        shift = step * back
        if start - shift < first or len(found) == SHIFTS:
            break
        if any(since < end - shift and start - shift < until for since, until in calm):
            continue
        found.append(shift)
    return found


def leaf_counts(
    frame: pl.DataFrame, dims: Sequence[str], start: datetime, end: datetime, shifts: Sequence[timedelta]
) -> pl.DataFrame:
    """Dimensions, ``real`` (the window) and ``expected`` (the mean of the windows before)."""
    real = _between(frame, start, end).with_columns(real=pl.col("n"), expected=pl.lit(0.0))
    parts = [
        _between(frame, start - shift, end - shift).with_columns(real=pl.lit(0.0), expected=pl.col("n") / len(shifts))
        for shift in shifts
    ]
    columns = [*dims, "real", "expected"]
    both = pl.concat([each.select(columns) for each in (real, *parts)])
    return both.group_by(list(dims)).agg(pl.col("real", "expected").sum()).sort(list(dims))


def leaf_ratios(
    frame: pl.DataFrame, dims: Sequence[str], start: datetime, end: datetime, base: tuple[datetime, datetime]
) -> pl.DataFrame:
    """Dimensions, ``real_n``, ``real_d`` (the window), ``base_n``, ``base_d`` (what it is compared with)."""
    zero = pl.lit(0.0)
    now = _between(frame, start, end).with_columns(real_n=pl.col("n"), real_d=pl.col("d"), base_n=zero, base_d=zero)
    before = _between(frame, *base).with_columns(real_n=zero, real_d=zero, base_n=pl.col("n"), base_d=pl.col("d"))
    names = ["real_n", "real_d", "base_n", "base_d"]
    both = pl.concat([each.select([*dims, *names]) for each in (now, before)])
    return both.group_by(list(dims)).agg(pl.col(names).sum()).sort(list(dims))


def place_counts(table: pl.DataFrame, dims: Sequence[str], windows: int, *, up: bool | None = None) -> Place:
    """Locate a count's movement; every cell belongs to the first slice that holds it.

    Args:
        windows: how many earlier ones ``expected`` is the mean of.
        up: the way it moved; by default that of the whole.
    """
    used = varying(table, dims)
    real, expected = float(table["real"].sum()), float(table["expected"].sum())
    if not used:
        return Place("everywhere", [], (real, expected), real, expected, 1.0)
    merged = table.group_by(used).agg(pl.col("real", "expected").sum()).sort(used)
    found = locate_small(merged, used, max(windows, 1), up=real >= expected if up is None else up)
    slices, rest = [], merged
    for cell in found:
        if cell.where:
            inside = holds(cell.where)
            part = rest.filter(inside)
            rest = rest.filter(~inside)
            slices.append(Slice(cell.where, float(part["real"].sum()), float(part["expected"].sum()), cell.p))
    left = (real - sum(each.real for each in slices), expected - sum(each.expected for each in slices))
    verdict = "localised" if slices else "everywhere" if found else "none"
    return Place(verdict, slices, left, real, expected, found[0].p if found else 1.0)


def place_ratios(table: pl.DataFrame, dims: Sequence[str], *, up: bool | None = None) -> Place:
    """Locate a ratio's movement; a mean of times' by their logarithms where the table has their sums (``real_m`` and so on).

    Args:
        up: the way a mean moved; by default that of the whole, mix set aside.
    """
    used = varying(table, dims)
    rn, rd, bn, bd = (float(table[name].sum()) for name in ("real_n", "real_d", "base_n", "base_d"))
    whole = (rn / rd if rd else 0.0, bn / bd if bd else 0.0)
    if not used or not rd or not bd:
        return Place("everywhere", [], whole, *whole, 1.0)
    found = _located(table, used, up)
    slices = [Slice(cause.where, cause.real, cause.forecast, cause.p) for cause in found.causes]
    rest = table
    for each in slices:
        rest = rest.filter(~holds(each.where))
    rest_rd, rest_bd = float(rest["real_d"].sum()), float(rest["base_d"].sum())
    left = (
        float(rest["real_n"].sum()) / rest_rd if rest_rd else 0.0,
        float(rest["base_n"].sum()) / rest_bd if rest_bd else 0.0,
    )
    return Place(found.verdict, slices, left, *whole, found.p)


def _located(table: pl.DataFrame, dims: Sequence[str], up: bool | None) -> Location:
    names = [name for name in table.columns if name.startswith(("real_", "base_"))]
    merged = table.group_by(dims).agg(pl.col(names).sum()).sort(dims)
    if "real_m" in names:
        return locate_mean(merged, dims=dims, up=up)
    return locate_ratio(
        merged, real_num="real_n", real_den="real_d", forecast_num="base_n", forecast_den="base_d", dims=dims, depth=2
    )


def part_of(table: pl.DataFrame, where: Mapping[str, str]) -> tuple[tuple[float, float], tuple[float, float]]:
    """What is (real, expected) in a slice, and outside of it; for ratios the ratios."""
    inside = holds(where)
    both = []
    for part in (table.filter(inside), table.filter(~inside)):
        if "real_n" in table.columns:
            pairs = (("real_n", "real_d"), ("base_n", "base_d"))
            sums = [(float(part[n].sum()), float(part[d].sum())) for n, d in pairs]
            both.append(
                (sums[0][0] / sums[0][1] if sums[0][1] else 0.0, sums[1][0] / sums[1][1] if sums[1][1] else 0.0)
            )
        else:
            both.append((float(part["real"].sum()), float(part["expected"].sum())))
    return both[0], both[1]


def varying(table: pl.DataFrame, dims: Sequence[str]) -> list[str]:
    """Dimensions with more than one value: the others say nothing."""
    return [name for name in dims if table[name].n_unique() > 1]


def leaves_for(table: pl.DataFrame, dims: Sequence[str], slices: Sequence[Mapping[str, str]]) -> list[Leaf]:
    """The cells for ``ranking.rank``; without slices all of them are what moved. For ratios: numerators against the earlier ratio."""
    ratio = "real_n" in table.columns
    found = []
    base = 0.0
    if ratio:
        whole = float(table["base_d"].sum())
        base = float(table["base_n"].sum()) / whole if whole else 0.0
    for row in table.iter_rows(named=True):
        names = {name: row[name] for name in dims}
        inside = not slices or any(all(names.get(name) == value for name, value in each.items()) for each in slices)
        if ratio:
            before = row["base_n"] / row["base_d"] if row["base_d"] else base
            found.append(Leaf(names, row["real_n"], before * row["real_d"], inside))
        else:
            found.append(Leaf(names, row["real"], row["expected"], inside))
    return found


def hourly(
    frame: pl.DataFrame, where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]
) -> list[tuple[datetime, float, float]]:
    """Each hour of a slice's count with what was expected of it."""
    inside = frame.filter(holds(where)) if where else frame
    counts = dict(inside.group_by("hour").agg(pl.col("n").sum()).iter_rows())
    found, hour = [], start
    while hour < end:
        before = [counts.get(hour - shift, 0.0) for shift in shifts]
        found.append((hour, counts.get(hour, 0.0), sum(before) / len(before) if before else 0.0))
        hour += HOUR
    return found


def _between(frame: pl.DataFrame, start: datetime, end: datetime) -> pl.DataFrame:
    return frame.filter((pl.col("hour") >= start) & (pl.col("hour") < end))
