"""How many pairs of accounts came near each other often enough to be called: so many tests by timing are made.

Where each near meeting is close with probability ``share``, a pair with ``k`` of them cannot have a p by timing below ``share ** k``;
and if all were close, activity might still explain them. Pairs that cannot be called whatever was close are no tests (Tarone
1990). Near is told without a look at what is close, so it may choose.

Up to some millions of near pairs of actions they are all counted. Beyond, each account gets a colour by chance, and the pairs of one
colour are counted: any two pairs of accounts are of one colour independently of each other. Of ``n`` pairs, expected are
``m = n / colours`` and the variance is below ``m``. So for the number seen, ``x``, Cantelli's inequality gives ``P(x <= m / 2) <= 4 / (4
+ m)``, hence ``E[m / (x + 4)] <= 2 + 1``: taken as ``3 (x + 4) colours`` tests, the expected number of false ones is no larger than had they
been counted, for the colours know nothing of what is close. One colouring says how many meetings are enough, another how many
pairs have them. The colours are always the same.
"""

from __future__ import annotations

import math

import polars as pl

from watchfloor.engines.campaigns.chance import Activity
from watchfloor.engines.campaigns.coactions import Actions, coactions, of_one_colour

_COUNTED = 5_000_000  # near pairs of actions up to which all are counted
_SAMPLED = 2_000_000  # so many are, where there are more
_MOST = 200


def enough(
    of: Actions, activity: Activity, reach: float, share: float, at_most: float, p: float, among: pl.Series | None
) -> tuple[float, int]:
    """How many pairs of accounts could be called; and on how many objects they must be near.

    Args:
        at_most: what a p by timing times the number of tests may be, ``p``: what a p by activity may be.
        among: only pairs with one of these accounts are tests.
    """
    near = _near(of, reach, among)
    colours = 1 if near <= _COUNTED else math.ceil(near / _SAMPLED)

    def counted(seed: int) -> pl.Series:
        seen = of if colours == 1 else of_one_colour(of, colours, seed)
        return activity.unexplained(coactions(seen, reach, 1 << 62, among).edges, p)["objects"]

    def tests(objects: pl.Series, least: int) -> float:
        have = int((objects >= least).sum())
        return float(max(1, have) if colours == 1 else 3 * (have + 4) * colours)

    objects, least = counted(1), 1
    while least < _MOST and share**least * tests(objects, least) > at_most:
        least += 1
    return tests(objects if colours == 1 else counted(2), least), least


def _near(of: Actions, reach: float, among: pl.Series | None) -> int:
    """Pairs of actions that are near each other."""
    line, width = of.table["line"], round(reach * of.ticks)
    mine = of.table if among is None else of.table.filter(pl.col("account").is_in(among.implode()))
    after = line.search_sorted(mine["line"] + width, side="right").cast(pl.Int64).sum()
    before = line.search_sorted(mine["line"] - width, side="left").cast(pl.Int64).sum()
    both = int(after) - int(before) - len(mine)
    return both // 2 if among is None else both
