"""Where a change comes from: planted slices are found exactly, calm tables have no cause, outside changes are told from local ones."""

from __future__ import annotations

import random

import polars as pl
import pytest
from benchmarks._faults import calm_or_not
from benchmarks._leaves import planted
from benchmarks.metrics_detect import poisson

from watchfloor.engines.metrics import locate_counts, locate_ratio
from watchfloor.kernel.errors import BadInput

NAMES = {"real_num": "f", "real_den": "n", "forecast_num": "f0", "forecast_den": "n0"}


@pytest.mark.parametrize("seed", range(6))
def test_planted_causes_are_found_exactly(seed: int) -> None:
    table, true = planted([8, 6, 10, 5], seed * 31 + 3, 3, severity=0.7)
    found = locate_counts(table, real="real", forecast="predict")
    # A cause of one or two leaves may drown; what is named must be true, and what has ten leaves must be named.
    sizes = {"a": 8, "b": 6, "c": 10, "d": 5}
    large = [each for each in true if _leaves(each, sizes) >= 10]
    named = [each.where for each in found.causes]
    assert all(each in true for each in named)
    assert all(each in named for each in large)
    assert found.verdict == "localised" and found.p <= 0.05


def test_sparse_and_dense_tables_have_one_answer() -> None:
    table, _ = planted([8, 6, 10, 5], 77, 3)
    wide = table.with_columns(x=pl.lit("only"))
    spread = pl.DataFrame({name: [f"spare{at}" for at in range(60)] for name in "abcdx"}).with_columns(
        real=pl.lit(0.0), predict=pl.lit(0.0)
    )
    sparse = pl.concat([wide.cast(dict.fromkeys("abcd", pl.String)), spread.select(wide.columns)])
    dense = locate_counts(table, real="real", forecast="predict")
    found = locate_counts(sparse, real="real", forecast="predict", dims=["a", "b", "c", "d"])
    assert [each.where for each in found.causes] == [each.where for each in dense.causes]


def test_nothing_is_found_where_nothing_happened() -> None:
    named = 0
    for seed in range(20):
        table, _ = planted([8, 6, 10, 5], seed * 17 + 1, 0)
        named += bool(locate_counts(table, real="real", forecast="predict").causes)
    assert named <= 3  # one in twenty, by chance


def test_a_change_of_all_slices_is_called_one() -> None:
    table, _ = planted([8, 6, 10, 5], 5, 0)
    found = locate_counts(table.with_columns(pl.col("real") * 1.6), real="real", forecast="predict")
    assert (found.verdict, found.causes) == ("everywhere", [])
    assert found.shift == pytest.approx(0.375, abs=0.03)  # 1 - 1/1.6 of the larger side


def test_a_ratio_is_localised_from_either_side() -> None:
    cases = [table for table, true in map(calm_or_not, range(40)) if true == "localised"][:8]
    for table in cases:
        turned = table.with_columns(f=pl.col("n") - pl.col("f"), f0=pl.col("n0") - pl.col("f0"))
        one, other = locate_ratio(table, **NAMES), locate_ratio(turned, **NAMES)
        assert one.verdict == other.verdict == "localised"
        assert one.causes[0].where == other.causes[0].where
        assert other.causes[0].real == pytest.approx(1 - one.causes[0].real)


def test_verdicts_on_local_outside_and_calm_changes() -> None:
    cases = [calm_or_not(seed) for seed in range(60)]
    right = sum((locate_ratio(table, **NAMES).verdict == "localised") == (true == "localised") for table, true in cases)
    assert right >= 54


def test_p_is_uniform_when_nothing_happened() -> None:
    tables = [table for table, true in (calm_or_not(4 * seed + 3) for seed in range(60)) if true == "none"]
    found = sorted(locate_ratio(table, **NAMES, simulations=59).p for table in tables)
    gap = max(abs(p - (at + 0.5) / len(found)) for at, p in enumerate(found))
    assert gap < 1.63 / len(found) ** 0.5  # Kolmogorov and Smirnov at 1 %


def test_numbers_that_are_none_are_named() -> None:
    table = pl.DataFrame({"market": ["de", "fr"], "real": ["1", "many"], "forecast": [1, 2]})
    with pytest.raises(BadInput, match="'real'"):
        locate_counts(table, real="real", forecast="forecast")
    with pytest.raises(BadInput, match="no column 'reel'"):
        locate_counts(table, real="reel", forecast="forecast")


def _leaves(where: dict[str, str], sizes: dict[str, int]) -> int:
    found = 1
    for name, size in sizes.items():
        found *= 1 if name in where else size
    return found


def test_small_counts_are_weighed_by_their_size() -> None:
    chance = random.Random(1)
    found, calm = 0, 0
    for _ in range(12):
        levels = [chance.lognormvariate(1.5, 1) for _ in range(400)]
        for by in (2.5, 1.0):
            rows = [
                (f"a{at % 20}", f"b{at // 20}", float(poisson(chance, level * (by if at % 20 == 7 else 1))), level)
                for at, level in enumerate(levels)
            ]
            table = pl.DataFrame(rows, schema=["a", "b", "real", "forecast"], orient="row")
            named = [each.where for each in locate_counts(table, real="real", forecast="forecast").causes]
            found += by > 1 and named == [{"a": "a7"}]
            calm += by == 1 and not named
    assert found >= 11 and calm >= 10
