"""How many pairs of accounts came near each other often enough to be called: so many tests by timing are made.

Where each near meeting is close with probability ``share``, a pair with ``k`` of them cannot have a p by timing below ``share ** k``;
and if all were close, activity might still explain them. Pairs that cannot be called whatever was close are no tests (Tarone
1990). Near is told without a look at what is close, so it may choose.

Up to some millions of near pairs of actions they are all counted. Beyond, each account gets a colour by chance, and the pairs of one
colour are counted: any two pairs of accounts are of one colour independently of each other. Of ``n`` pairs ``m = n / colours`` are
expected, with a variance below ``m``; so for ``x`` that are seen Cantelli's inequality gives ``P(x <= (1 - a) m) <= 1 / (1 + a a m)``
and hence ``E[m / (x + c)] <= 1 / (1 - a) + 1 / (a a c)``. As many tests as that times ``(x + c) colours`` leave no more false ones, on
average, than if all had been counted, for the colours know nothing of what is close. One colouring says how many meetings are
enough and which ``c`` is good, another how many pairs have them. The colours are always the same.
"""

from __future__ import annotations

import math

import polars as pl

from watchfloor.engines.campaigns.chance import Activity
from watchfloor.engines.campaigns.coactions import Actions, coactions, of_one_colour

_COUNTED = 5_000_000  # near pairs of actions up to which all are counted
_SAMPLED = 3_000_000  # so many are, where there are more
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

    def have(seed: int) -> pl.Series:
        seen = of if colours == 1 else of_one_colour(of, colours, seed)
        return activity.unexplained(coactions(seen, reach, 1 << 62, among).edges, p)["objects"]

    objects, least = have(1), 1
    first = tests = 0.0
    while least < _MOST:
        first = float((objects >= least).sum())
        tests = max(1.0, first) if colours == 1 else colours * _not_less(first, first)
        if share**least * tests <= at_most:
            break
        least += 1
    if colours > 1:
        tests = colours * _not_less(float((have(2) >= least).sum()), first)
    return tests, least


def _not_less(seen: float, guess: float) -> float:
    """What stands for the number expected where so many are seen; ``guess``: about how many."""
    more = 4 + guess / 4
    below = 1 / (1 + math.cbrt(more / 2))
    return (seen + more) * (1 / (1 - below) + 1 / (below**2 * more))


def _near(of: Actions, reach: float, among: pl.Series | None) -> int:
    """Pairs of actions that are near each other."""
    line, width = of.table["line"], round(reach * of.ticks)
    mine = of.table if among is None else of.table.filter(pl.col("account").is_in(among.implode()))
    after = line.search_sorted(mine["line"] + width, side="right").cast(pl.Int64).sum()
    before = line.search_sorted(mine["line"] - width, side="left").cast(pl.Int64).sum()
    both = int(after) - int(before) - len(mine)
    return both // 2 if among is None else both
