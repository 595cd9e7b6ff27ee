"""How many pairs of accounts came near each other often enough to be called by timing: so many tests are made.

Where each of ``k`` near meetings is close with probability ``share``, a pair that has ``k`` cannot have a p below ``share ** k``: pairs
with too few cannot be called, and are no tests (Tarone 1990). Near is told without a look at what is close, so it may choose.

Up to some millions of near pairs of actions they are counted. Beyond, each account gets a colour by chance, and the pairs of one
colour are counted. Any two pairs of accounts are of one colour independently of each other, so the variance is known and Cantelli's
inequality bounds from above how many there are. One colouring says how many meetings are enough, another how many pairs have them.
The colours are always the same for the same accounts.
"""

from __future__ import annotations

import math

import polars as pl

from watchfloor.engines.campaigns.coactions import Actions, coactions, of_one_colour

_COUNTED = 5_000_000  # near pairs of actions up to which all are counted
_SAMPLED = 2_000_000  # so many are, where there are more
_WRONG = 0.05  # of the stated rate: the chance that the bound is too low
_MOST = 200


def enough(
    of: Actions, reach: float, share: float, called: int, rate: float, among: pl.Series | None
) -> tuple[float, int]:
    """How many pairs of accounts were near on enough objects to be among ``called`` that may be called; and how many that is.

    Args:
        among: only pairs with one of these accounts are tests.
    """
    near = _near(of, reach, among)
    colours = 1 if near <= _COUNTED else math.ceil(near / _SAMPLED)
    have = _having(of, reach, colours, 1, rate, among)
    least = 1
    while least < len(have) and share**least * max(1.0, have[least - 1]) > rate / 2 * called:
        least += 1
    if colours > 1:
        have = _having(of, reach, colours, 2, rate, among)
    return max(1.0, min(near / least, have[least - 1])), least


def _having(of: Actions, reach: float, colours: int, seed: int, rate: float, among: pl.Series | None) -> list[float]:
    """How many pairs of accounts were near on 1, 2, 3 objects and more, or what they are not more than."""
    if colours > 1:
        of = of_one_colour(of, colours, seed)
    counts = coactions(of, reach, 1 << 62, among).edges["objects"].value_counts().sort("objects", descending=True)
    least = dict(counts.select("objects", pl.col("count").cum_sum()).iter_rows())
    have, seen = [], 0
    for objects in range(_MOST, 0, -1):
        seen = max([seen, *(many for at, many in least.items() if at >= objects)]) if least else 0
        have.append(_at_most(seen, 1 / colours, rate * _WRONG))
    return have[::-1]


def _at_most(seen: int, chance: float, wrong: float) -> float:
    """With ``chance`` each and in pairs independent, as many are ``seen``: of at most so many, but for ``wrong`` (Cantelli)."""
    if chance == 1:
        return float(seen)
    spread = math.sqrt((1 - chance) * (1 - wrong) / wrong)
    return ((spread + math.sqrt(spread**2 + 4 * seen)) / 2) ** 2 / chance


def _near(of: Actions, reach: float, among: pl.Series | None) -> int:
    """Pairs of actions that are near each other."""
    line, width = of.table["line"], round(reach * of.ticks)
    mine = of.table if among is None else of.table.filter(pl.col("account").is_in(among.implode()))
    after = line.search_sorted(mine["line"] + width, side="right").cast(pl.Int64).sum()
    before = line.search_sorted(mine["line"] - width, side="left").cast(pl.Int64).sum()
    both = int(after) - int(before) - len(mine)
    return both // 2 if among is None else both
