"""What a change of a quantile (such as p90 of handling time) is made of: the slices' own times against the mix between them.

Quantiles do not add up, so whole distributions are weighed: the values of one period with the slices' shares of the other (DiNardo, Fortin
and Lemieux 1996, Econometrica 64:1001). Of the two orders, mix first or rates first, the mean is taken; slices of one period
alone cannot be weighed and are told apart (``gone``, ``appeared``). The four parts add up to the change exactly. Intervals are
those of a bootstrap: each row is drawn a Poisson number of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import polars as pl

from watchfloor.engines.metrics.chance import counts
from watchfloor.engines.metrics.leaves import numbers
from watchfloor.kernel.errors import BadInput

_LEAST_DRAWS = 20


class Term(msgspec.Struct, frozen=True):
    """One part of a change, and the interval of the bootstrap around it."""

    value: float
    low: float
    high: float


class QuantileChange(msgspec.Struct, frozen=True):
    """The parts of a change of a quantile.

    Attributes:
        rate: what the slices' own distributions did.
        mix: what the shift between slices did.
        gone: what leaving out the slices that are not there any more did.
        appeared: what the slices that were not there before did.
        closes: what is left of the change less its parts: rounding only.
    """

    by: list[str]
    q: float
    before: float
    after: float
    change: float
    rate: Term
    mix: Term
    gone: Term
    appeared: Term
    closes: float


class _Side(NamedTuple):
    """Rows of one period, sorted by value."""

    values: pl.Series
    slices: pl.Series
    counts: pl.Series


def decompose_quantile(
    frame: pl.DataFrame,
    *,
    value: str,
    period: str,
    before: str,
    after: str,
    by: Sequence[str],
    q: float = 0.9,
    count: str | None = None,
    level: float = 0.95,
    draws: int = 200,
    seed: int = 1,
) -> QuantileChange:
    """Split the change of the ``q`` quantile of ``value`` between two periods over the slices of ``by``.

    Args:
        frame: a row per case, or per bucket of a histogram with the ``count`` of cases in it.
        period: column that holds ``before`` or ``after`` (as text); other rows are left aside.
        draws: of the bootstrap.

    Raises:
        BadInput: an unknown column, a period without rows, or no slice that both periods have.
    """
    if not 0 < q < 1 or not 0 < level < 1 or draws < _LEAST_DRAWS:
        raise BadInput("bad_quantile", f"q and level lie between 0 and 1, and draws are at least {_LEAST_DRAWS}.")
    for name in (period, *by):
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    names = [frame[name].cast(pl.String).fill_null("").alias(f"k{at}") for at, name in enumerate(by)]
    slices = pl.DataFrame([*names, pl.repeat("", len(frame), eager=True).alias("k")]).to_struct()
    table = pl.DataFrame(
        {
            "value": numbers(frame, value),
            "count": numbers(frame, count) if count else pl.repeat(1.0, len(frame), dtype=pl.Float64, eager=True),
            "slice": slices.rank("dense").cast(pl.UInt32) - 1,
            "period": frame[period].cast(pl.String),
        }
    ).filter(pl.col("count") > 0)
    table = table.group_by("period", "slice", "value", maintain_order=True).sum()  # whole seconds: far fewer rows
    sides = [_side(table, name) for name in (before, after)]
    for side, name in zip(sides, (before, after), strict=True):
        if not len(side.values):
            raise BadInput("no_rows", f"No row of column {period!r} is {name!r}.")
    many = int(slices.n_unique())
    both = (_sums(sides[0], sides[0].counts, many) > 0) & (_sums(sides[1], sides[1].counts, many) > 0)
    if not both.any():
        raise BadInput("no_overlap", "No slice has rows in both periods: there is nothing to weigh by.")
    seen = _parts(sides, [side.counts for side in sides], both, q)
    found: list[list[float]] = []
    for draw in range(draws):
        drawn = [counts(side.counts, side.counts, 1, seed + 2 * draw + at) for at, side in enumerate(sides)]
        if all(each.sum() > 0 for each in drawn):
            found.append(_parts(sides, drawn, both, q)[2:])
    rate, mix, gone, appeared = (_term(seen[2 + at], sorted(each[at] for each in found), level) for at in range(4))
    change = seen[1] - seen[0]
    return QuantileChange(
        by=list(by),
        q=q,
        before=seen[0],
        after=seen[1],
        change=change,
        rate=rate,
        mix=mix,
        gone=gone,
        appeared=appeared,
        closes=change - (rate.value + mix.value + gone.value + appeared.value),
    )


def _side(table: pl.DataFrame, name: str) -> _Side:
    rows = table.filter(pl.col("period") == name).sort("value")
    return _Side(rows["value"], rows["slice"], rows["count"])


def _parts(sides: Sequence[_Side], weights: Sequence[pl.Series], both: pl.Series, q: float) -> list[float]:
    """Before, after, rate, mix, gone, appeared."""
    old, new = sides
    whole = [_quantile(side, weight, q) for side, weight in zip(sides, weights, strict=True)]
    kept = [weight * both[side.slices].cast(pl.Float64) for side, weight in zip(sides, weights, strict=True)]
    common = [_quantile(side, weight, q) for side, weight in zip(sides, kept, strict=True)]
    sums = [_sums(side, weight, len(both)) for side, weight in zip(sides, kept, strict=True)]
    factor = (sums[1] / sums[0].clip(1e-12)) * (sums[0] > 0).cast(pl.Float64)
    back = (sums[0] / sums[1].clip(1e-12)) * (sums[1] > 0).cast(pl.Float64)
    old_as_new = _quantile(old, kept[0] * factor[old.slices], q)
    new_as_old = _quantile(new, kept[1] * back[new.slices], q)
    rate = ((common[1] - old_as_new) + (new_as_old - common[0])) / 2
    mix = ((old_as_new - common[0]) + (common[1] - new_as_old)) / 2
    return [*whole, rate, mix, common[0] - whole[0], whole[1] - common[1]]


def _sums(side: _Side, weight: pl.Series, many: int) -> pl.Series:
    """Weight of each slice."""
    summed = pl.DataFrame({"slice": side.slices, "weight": weight}).group_by("slice").sum()
    return pl.zeros(many, dtype=pl.Float64, eager=True).scatter(summed["slice"], summed["weight"])


def _quantile(side: _Side, weight: pl.Series, q: float) -> float:
    """The least value that has at least ``q`` of the weight at or below it."""
    below = weight.cum_sum()
    total = float(below[-1])
    place = below.search_sorted(q * total * (1 - 1e-12)) if total > 0 else 0
    return float(side.values[min(int(place), len(side.values) - 1)])


def _term(value: float, drawn: Sequence[float], level: float) -> Term:
    """The value and the middle ``level`` of what the bootstrap found."""
    if not drawn:
        return Term(value, value, value)
    low, high = (
        drawn[min(len(drawn) - 1, round(part * (len(drawn) - 1)))] for part in ((1 - level) / 2, (1 + level) / 2)
    )
    return Term(value, min(low, value), max(high, value))
