"""Where a mean of times moved: planted slices exactly, the rest left alone, and a mix that changed is no cause."""

from __future__ import annotations

import polars as pl
import pytest
from benchmarks.metrics_means import CASES, DIMS, said, world

from watchfloor.engines.metrics import locate_mean
from watchfloor.kernel.errors import BadInput


@pytest.mark.parametrize("case", CASES, ids=[name for name, _where, _times in CASES])
def test_worlds(case: tuple[str, dict[str, str] | None, float]) -> None:
    """Seeds that were not looked at when it was made; a shift of 1.15 may drown in one of them, never point elsewhere."""
    _name, where, times = case
    answers = [said(locate_mean(world(seed, where, times, 3_000, 0.05), dims=DIMS), where) for seed in range(900, 903)]
    assert answers.count("right") >= 2
    assert "wrong" not in answers


def test_a_leaf_that_was_not_there_before_is_expected_to_take_what_its_values_take() -> None:
    rows = []
    for market, level in (("A", 4.0), ("B", 5.0), ("C", 6.0)):
        for vendor in "xyz":
            new = vendor == "z" and market == "C"  # z came to market C just now, and is as quick as it is elsewhere
            for side, count in (("base", 0 if new else 60), ("real", 60)):
                for number in range(count):
                    log = level + (number % 5 - 2) / 5
                    rows.append(
                        {
                            "market": market,
                            "vendor": vendor,
                            "side": side,
                            "n": 2.718281828**log,
                            "m": log,
                            "q": log * log,
                        }
                    )
    sums = (
        pl.DataFrame(rows)
        .group_by("market", "vendor", "side")
        .agg(pl.col("n", "m", "q").sum(), d=pl.len().cast(pl.Float64))
    )
    wide = sums.pivot(on="side", index=["market", "vendor"], values=["n", "d", "m", "q"]).fill_null(0.0)
    frame = wide.rename({f"{name}_{side}": f"{side}_{name}" for name in "ndmq" for side in ("base", "real")})
    found = locate_mean(frame, dims=["market", "vendor"])
    assert found.verdict == "none"
    assert found.real > found.forecast  # more of the slow market's: mix alone


def test_bad_tables_say_so() -> None:
    frame = world(1, None, 1.0, 50, 0.0)
    with pytest.raises(BadInput, match="no row"):
        locate_mean(frame.head(0), dims=DIMS)
    with pytest.raises(BadInput, match="negative"):
        locate_mean(frame.with_columns(real_d=-pl.col("real_d")), dims=DIMS)


def test_without_times_before_there_is_nothing_to_say() -> None:
    frame = world(1, None, 1.0, 50, 0.0).with_columns(base_d=0.0, base_n=0.0, base_m=0.0, base_q=0.0)
    assert locate_mean(frame, dims=DIMS).verdict == "none"
