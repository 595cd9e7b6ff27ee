"""How often two accounts meet on objects by chance: given how busy they and the objects are, and given what both care for.

Two models of nothing going on, and an edge must be more than either explains:

*Activity.* Who is behind an action is drawn by how much each account does. Of the ``P`` pairs of actions on an object within the
window each is theirs with probability ``c = 2 d_u d_v / (N (N - 1))``, so they meet there with probability at most ``1 - exp(-c
P)``; the number of objects on which they meet is a sum of such chances, whose upper tail lies below Poisson's (Hoeffding 1956).
Popular objects and busy accounts, and when each object was popular, are thereby accounted for.

*Timing.* People who share a language or an interest share objects. So of the objects on which both acted within ten windows of
each other, how many times was it within one? By chance as often as with other accounts on the same object, and where it has too
few of them, on all objects (an interval-jitter test: Date, Bienenstock, Geman 1998; Amarasingham and others 2012). A binomial
tail at the mean chance bounds the tail of the sum (Hoeffding 1956). Accounts that the first model already suspects do not count
among the others.
"""

from __future__ import annotations

import math
from itertools import pairwise

import polars as pl

from watchfloor.engines.campaigns.coactions import Actions, Coactions, ends, spread
from watchfloor.engines.metrics.tails import beta_i, gamma_p

WIDE = 10
"""Windows within which two actions are near."""

_STEP = math.log(2) / 16  # the chance of a pair is rounded up by 4 % at most
_PRIOR = 10.0  # near pairs that the usual share of close ones is worth where there are none
_OWN = 2.0  # near pairs that the usual share is worth on one object
_AT_ONCE = 4_000_000
_MANY = 1_000


class Activity:
    """What is expected of two accounts by how much each does, and by how crowded the objects are.

    Attributes:
        able: accounts that acted twice.
    """

    def __init__(self, of: Actions, found: Coactions) -> None:
        counts = of.table.group_by("account").agg(size=pl.len())
        busy = pl.zeros(len(of.accounts), dtype=pl.Float64, eager=True)
        self._busy = busy.scatter(counts["account"], counts["size"].cast(pl.Float64))
        self._total = max(2, len(of.table))
        self._sizes = found.pairs.filter(pl.col("pairs") > 0).group_by("pairs").agg(many=pl.len())
        self.able = int((counts["size"] >= 2).sum())

    def cells(self, pairs: pl.DataFrame) -> pl.Series:
        """How busy the two of each pair are together, in steps."""
        both = 2 * self._busy.gather(pairs["left"]) * self._busy.gather(pairs["right"])
        return ((both / (self._total * (self._total - 1.0))).log() / _STEP).ceil().cast(pl.Int32)

    def expected(self, cells: list[int]) -> dict[int, float]:
        """Objects on which two meet that are so busy."""
        meets = [
            (pl.col("many") * (1 - (-math.exp(cell * _STEP) * pl.col("pairs")).exp())).sum().alias(str(cell))
            for cell in cells
        ]
        return dict(zip(cells, self._sizes.select(meets).row(0) if cells else (), strict=True))

    def told(self, edges: pl.DataFrame) -> pl.DataFrame:
        """The edges with two objects or more, with ``expected`` objects and ``p_activity``."""
        edges = edges.filter(pl.col("objects") >= 2)
        edges = edges.with_columns(cell=self.cells(edges))
        means = self.expected(edges["cell"].unique().sort().to_list())
        kinds = edges.select("cell", "objects").unique()
        kinds = kinds.with_columns(
            expected=pl.Series([means[cell] for cell in kinds["cell"]], dtype=pl.Float64),
            p_activity=pl.Series([gamma_p(k, means[cell]) for cell, k in kinds.iter_rows()], dtype=pl.Float64),
        )
        return edges.join(kinds, on=["cell", "objects"], how="left").drop("cell")

    def unexplained(self, pairs: pl.DataFrame, p: float) -> pl.DataFrame:
        """The pairs whose ``objects`` activity would not explain with ``p``, were they all met on."""
        pairs = pairs.filter(pl.col("objects") >= 2)
        pairs = pairs.with_columns(cell=self.cells(pairs))
        means = self.expected(pairs["cell"].unique().sort().to_list())
        enough, fewest = {}, 1
        for cell, mean in means.items():  # the busier, the more it takes
            while fewest < _MANY and gamma_p(fewest, mean) > p:
                fewest += 1
            enough[cell] = fewest
        return pairs.filter(pl.col("objects") >= pl.col("cell").replace_strict(enough, return_dtype=pl.UInt32))


def by_timing(of: Actions, edges: pl.DataFrame, window: float) -> tuple[pl.DataFrame, float]:
    """What timing makes us expect of some edges; and the usual share of near pairs that are close.

    Columns are added: ``near`` (objects), ``near_expected`` (how many of them within the window), ``p_timing``.
    """
    suspects = pl.concat([edges["left"], edges["right"]]).unique()
    others = of._replace(table=of.table.filter(~pl.col("account").is_in(suspects.implode())))
    reach = window * WIDE
    usual = _others(others, window, reach)
    close, near = float(usual["close"].sum()), float(usual["near"].sum())
    first_guess = (window * of.ticks + 1) / (reach * of.ticks + 1)
    share = (close + _PRIOR * first_guess) / (near + _PRIOR)
    own = usual.select(
        "object", chance=pl.max_horizontal((pl.col("close") + _OWN * share) / (pl.col("near") + _OWN), pl.lit(share))
    )
    meetings = _meetings(
        of._replace(table=of.table.filter(pl.col("account").is_in(suspects.implode()))), edges, window, reach
    )
    meetings = meetings.join(own, on="object", how="left").with_columns(pl.col("chance").fill_null(share))
    told = meetings.group_by("left", "right").agg(
        near=pl.len(), close=pl.col("close").sum(), near_expected=(1 - (1 - pl.col("chance")) ** pl.col("times")).sum()
    )
    told = told.with_columns(
        p_timing=pl.Series(
            [binomial_tail(c, n, m) for n, c, m in told.select("near", "close", "near_expected").iter_rows()],
            dtype=pl.Float64,
        )
    )
    return edges.join(told.drop("close"), on=["left", "right"], how="left"), share


def binomial_tail(seen: int, size: int, mean: float) -> float:
    """A bound on the chance that of ``size`` independent events with ``mean`` expected at least ``seen`` happen; 1 near the mean."""
    if seen < mean + 1 or seen <= 0:
        return 1.0
    return beta_i(mean / size, seen, size - seen + 1) if seen < size else (mean / size) ** size


def _others(of: Actions, window: float, reach: float) -> pl.DataFrame:
    """Per object, pairs of actions within the window (``close``) and within the reach (``near``)."""
    place = pl.int_range(len(of.table), dtype=pl.UInt32, eager=True)
    counted = pl.DataFrame(
        {
            "object": of.table["object"],
            "close": (ends(of, window) - place - 1).cast(pl.Int64),
            "near": (ends(of, reach) - place - 1).cast(pl.Int64),
        }
    )
    return counted.group_by("object").agg(pl.col("close", "near").sum())


def _meetings(of: Actions, edges: pl.DataFrame, window: float, reach: float) -> pl.DataFrame:
    """Where the two accounts of an edge came near: ``left``, ``right``, ``object``, ``times`` (pairs of actions), ``close`` (one was)."""
    table = of.table.with_columns(end=ends(of, reach)).with_row_index("place").with_columns(begin=pl.col("place") + 1)
    runs = (table["end"] - table["place"] - 1).cast(pl.Int64)
    cuts = [0, *_cuts(table["object"], runs), len(table)]
    width = int(max(of.table["account"].max() or 0, 0)) + 1  # type: ignore[arg-type] # a code
    wanted = edges.select(pair=pl.col("left").cast(pl.UInt64) * width + pl.col("right"))
    made = []
    for start, stop in pairwise(cuts):
        both = spread(table.slice(start, stop - start).filter(pl.col("end") > pl.col("place") + 1))
        one, other = (of.table["account"].gather(both[name]) for name in ("first", "second"))
        line = of.table["line"]
        met = pl.DataFrame({"one": one, "other": other}).select(
            pair=pl.min_horizontal("one", "other").cast(pl.UInt64) * width + pl.max_horizontal("one", "other"),
            object=of.table["object"].gather(both["first"]),
            close=line.gather(both["second"]) - line.gather(both["first"]) <= round(window * of.ticks),
        )
        met = met.join(wanted, on="pair", how="semi")
        made.append(met.group_by("pair", "object").agg(times=pl.len(), close=pl.col("close").any()))
    found = pl.concat(made)
    return found.select(
        (pl.col("pair") // width).cast(pl.UInt32).alias("left"),
        (pl.col("pair") % width).cast(pl.UInt32).alias("right"),
        "object",
        "times",
        "close",
    )


def _cuts(objects: pl.Series, runs: pl.Series) -> list[int]:
    """Places between objects where some millions of pairs have gathered."""
    part = (runs.cum_sum() - runs) // _AT_ONCE
    starts = pl.DataFrame({"object": objects, "part": part}).with_row_index("place")
    firsts = starts.group_by("object", maintain_order=True).agg(pl.col("place").first(), pl.col("part").first())
    return firsts.filter(pl.col("part") != pl.col("part").shift())["place"].to_list()
