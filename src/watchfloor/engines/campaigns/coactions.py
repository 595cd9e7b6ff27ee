"""Who acted on the same object within a window: every pair, counted, as a join over ranges would find them, without one.

The actions are sorted by object and time and laid on one line, on which no two of different objects lie within the window (long
gaps are shortened, short ones kept). One binary search then says where each action's window ends, and the pairs are runs of
neighbours.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from watchfloor.kernel.errors import BadInput

MOST_PAIRS = 40_000_000
"""Pairs of actions looked at. Beyond, the objects with the most are left out, and named."""

_AT_ONCE = 40_000_000
_BIT = 1_000_000
_TICKS = 1_000_000  # a second


class Actions(NamedTuple):
    """Actions in the order of object and time.

    Attributes:
        accounts, objects: the names behind the codes.
        table: ``account``, ``object`` (codes), ``time`` (ticks) and ``line`` (place in ticks on the one line).
        ticks: ticks of one second.
        reach: the widest window, in ticks, that the line keeps.
    """

    accounts: pl.Series
    objects: pl.Series
    table: pl.DataFrame
    ticks: int
    reach: int


class Coactions(NamedTuple):
    """Pairs of accounts.

    Attributes:
        edges: ``left`` < ``right`` (codes), ``actions`` (pairs of actions within the window), ``objects`` (different ones).
        pairs: per object, how many pairs of actions lie within the window, one account's own among them.
        left_out: objects that were too much, with their pairs: ``object``, ``pairs``.
    """

    edges: pl.DataFrame
    pairs: pl.DataFrame
    left_out: pl.DataFrame


def read_actions(frame: pl.DataFrame, *, account: str, object: str, time: str, reach: float) -> Actions:
    """Actions from three columns. Times are date-times, or numbers of seconds. Rows in which one is missing are left out.

    Args:
        reach: the widest window that will be asked, in seconds.

    Raises:
        BadInput: a column is missing, or times are none.
    """
    for name in (account, object, time):
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    frame = frame.select(
        account=pl.col(account).cast(pl.String), object=pl.col(object).cast(pl.String), time=pl.col(time)
    ).drop_nulls()
    kind = frame["time"].dtype
    if kind == pl.Date or kind.base_type() == pl.Datetime:
        moment, ticks = pl.col("time").cast(pl.Datetime("us")).cast(pl.Int64), _TICKS
    elif kind.is_integer() and float(reach).is_integer():
        moment, ticks = pl.col("time").cast(pl.Int64), 1
    elif kind.is_numeric():
        frame = frame.filter(pl.col("time").cast(pl.Float64).is_finite())
        moment, ticks = (pl.col("time").cast(pl.Float64) * _TICKS).round().cast(pl.Int64), _TICKS
    else:
        raise BadInput("no_times", f"Column {time!r} holds neither date-times nor numbers of seconds.", where=time)
    accounts, account_codes = _codes(frame["account"])
    objects, object_codes = _codes(frame["object"])
    far = round(reach * ticks)
    table = frame.select(account=account_codes, object=object_codes, time=moment).sort("object", "time", "account")
    return Actions(accounts, objects, _on_a_line(table, far), ticks, far)


def coactions(of: Actions, window: float, most: int = MOST_PAIRS, among: pl.Series | None = None) -> Coactions:
    """All pairs of different accounts that acted on one object at most ``window`` seconds apart; with ``among``, pairs with these."""
    table = of.table.with_columns(end=ends(of, window)).with_row_index("place")
    table = table.with_columns(pairs=(pl.col("end") - pl.col("place") - 1).cast(pl.Int64))
    pairs = table.group_by("object").agg(pl.col("pairs").sum()).sort("object")
    left_out = pairs.sort("pairs", "object", descending=[True, False])
    if len(pairs) and pairs["pairs"].sum() > most:
        rest = int(pairs["pairs"].sum()) - left_out["pairs"].cum_sum()
        left_out = left_out.head(int((rest > most).sum()) + 1)
        table = table.join(left_out, on="object", how="anti", maintain_order="left")
        pairs = pairs.join(left_out, on="object", how="anti", maintain_order="left")
    else:
        left_out = left_out.clear()
    table = table.with_columns(begin=pl.col("place") + 1)
    if among is not None:  # theirs are looked at on both sides, those of others not at all
        table = table.filter(pl.col("account").is_in(among.implode()))
        first = of.table["line"].search_sorted(table["line"] - round(window * of.ticks), side="left")
        table = table.with_columns(begin=first.cast(pl.UInt32))
    return Coactions(_edges(of, table, among), pairs, left_out)


def of_one_colour(of: Actions, colours: int, seed: int) -> Actions:
    """The actions as if those of accounts of different colours were on different objects: a pair of accounts keeps all its meetings,
    or none; it keeps them with the chance 1 / ``colours``, and any two pairs independently (Pagh and Tsourakakis 2012)."""
    drawn = random.Random(seed).choices(range(colours), k=len(of.accounts))
    colour = pl.Series(drawn, dtype=pl.UInt64).gather(of.table["account"])
    table = of.table.with_columns(object=pl.col("object").cast(pl.UInt64) * colours + colour)
    table = table.sort("object", "line", "account", maintain_order=True)
    return of._replace(table=_on_a_line(table, of.reach))


def _on_a_line(table: pl.DataFrame, far: int) -> pl.DataFrame:
    """Actions in order with their ``line``. A gap beyond the reach, or to the next object, is just beyond it: so the line stays short
    whatever the times are."""
    gap = pl.when(pl.col("object") == pl.col("object").shift()).then(pl.col("time").diff()).otherwise(far + 1)
    return table.with_columns(line=gap.clip(upper_bound=far + 1).fill_null(0).cum_sum())


def ends(of: Actions, window: float) -> pl.Series:
    """For each action the place after the last one in its window. ``of`` may hold a part of the rows, in order."""
    line = of.table["line"]
    return line.search_sorted(line + round(window * of.ticks), side="right").cast(pl.UInt32)


def spread(table: pl.DataFrame) -> pl.DataFrame:
    """Each action of ``place`` with each from ``begin`` and before ``end``: their places as ``first`` and ``second``."""
    return table.select(
        first=pl.col("place").repeat_by(pl.col("end") - pl.col("begin")).explode(),
        second=pl.int_ranges("begin", "end", dtype=pl.UInt32).explode(),
    )


def _edges(of: Actions, table: pl.DataFrame, among: pl.Series | None) -> pl.DataFrame:
    """Pairs of accounts with their counts, some millions of pairs of actions at a time, each object in one go."""
    table = table.with_columns(pairs=(pl.col("end") - pl.col("begin")).cast(pl.Int64)).filter(pl.col("pairs") > 0)
    before = table.group_by("object", maintain_order=True).agg(pl.col("pairs").sum())
    before = before.select("object", part=(pl.col("pairs").cum_sum() - pl.col("pairs")) // _AT_ONCE)
    table = table.join(before, on="object", how="left", maintain_order="left")
    made = [_counted(of, part, among) for part in table.partition_by("part", maintain_order=True)]
    if len(made) == 1:
        return made[0]
    schema = dict.fromkeys(("left", "right", "actions", "objects"), pl.UInt32)
    return pl.concat([pl.DataFrame(schema=schema), *made]).group_by("left", "right").agg(pl.all().sum())


def _counted(of: Actions, table: pl.DataFrame, among: pl.Series | None) -> pl.DataFrame:
    width, things = max(1, len(of.accounts)), int(of.table["object"].max() or 0) + 1  # type: ignore[arg-type] # a code
    pair = pl.min_horizontal("first", "second").cast(pl.UInt64) * width + pl.max_horizontal("first", "second")
    # Spread bit by bit: what fits the processor's memory takes half the time.
    bits = table.with_columns(bit=(pl.col("pairs").cum_sum() - 1) // _BIT).partition_by("bit", maintain_order=True)
    if width * width * things >= 1 << 64:
        both = {"left": pl.min_horizontal("first", "second"), "right": pl.max_horizontal("first", "second")}
        met = pl.concat([_met(of, bit, among).select("object", **both) for bit in bits])
        by_object = met.group_by("left", "right", "object").agg(actions=pl.len())
        return by_object.group_by("left", "right").agg(pl.col("actions").sum(), objects=pl.len())
    # One number for pair and object: sorted and cut into runs, which takes a quarter of the time of a table of hashes.
    made = [_met(of, bit, among).select(meeting=pair * things + pl.col("object")) for bit in bits]
    ordered = pl.concat(made)["meeting"].sort()
    firsts = [0, *(ordered.search_sorted(ordered[at] // things * things) for at in range(_BIT, len(ordered), _BIT))]
    cuts = pairwise([*sorted(set(firsts)), len(ordered)])
    return pl.concat([_summed(ordered[start:stop], things, width) for start, stop in cuts])


def _summed(meetings: pl.Series, things: int, width: int) -> pl.DataFrame:
    """How often each pair met, and on how many objects."""
    times = _runs(meetings)
    runs = _runs(times["value"] // things)
    total = times["size"].cast(pl.Int64).cum_sum()
    upto = total.gather(runs["size"].cast(pl.Int64).cum_sum() - 1)
    actions = (upto - upto.shift(1, fill_value=0)).cast(pl.UInt32)
    left, right = (each.cast(pl.UInt32) for each in (runs["value"] // width, runs["value"] % width))
    return pl.DataFrame({"left": left, "right": right, "actions": actions, "objects": runs["size"]})


def _met(of: Actions, table: pl.DataFrame, among: pl.Series | None) -> pl.DataFrame:
    """The accounts and the object of each pair of actions."""
    both = spread(table)
    if among is not None:  # two of them have met on both sides: once is enough
        other = of.table["account"].gather(both["second"]).is_in(among.implode())
        both = both.filter(~other | (pl.col("second") > pl.col("first")))
    accounts = {name: of.table["account"].gather(both[name]) for name in ("first", "second")}
    met = pl.DataFrame(accounts | {"object": of.table["object"].gather(both["first"])})
    return met.filter(pl.col("first") != pl.col("second"))


def _runs(ordered: pl.Series) -> pl.DataFrame:
    """The different numbers of a sorted column, and how often each is there."""
    first = (ordered != ordered.shift()).fill_null(True).arg_true()
    size = (first.shift(-1, fill_value=len(ordered)) - first).cast(pl.UInt32)
    return pl.DataFrame({"value": ordered.gather(first), "size": size})


def _codes(names: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The different names in order, and each row's place among them."""
    values = names.unique().sort()
    return values, names.cast(pl.Enum(values)).to_physical().cast(pl.UInt32)
