"""Parts close whatever comes in, noise is not taken for a cause, and a quantile's parts are those of the distributions."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics import best_dimensions, decompose, decompose_quantile
from watchfloor.engines.metrics.decompose import METHODS
from watchfloor.kernel.errors import BadInput

COLUMNS = {"before_num": "f0", "before_den": "n0", "after_num": "f1", "after_den": "n1"}
CELL = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
ROW = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), CELL, CELL, CELL, CELL)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=9), st.sampled_from(METHODS))
def test_parts_close_at_every_level(rows: list[tuple[str, str, float, float, float, float]], method: str) -> None:
    # A numerator without a denominator is no rate: there is none.
    table = pl.DataFrame(
        [(a, b, f0 if n0 else 0.0, n0, f1 if n1 else 0.0, n1) for a, b, f0, n0, f1, n1 in rows],
        schema=["a", "b", "f0", "n0", "f1", "n1"],
        orient="row",
    )
    if not (table["n0"].sum() and table["n1"].sum()):
        return
    for by in (["a"], ["b"], ["a", "b"], []):
        found = decompose(table, **COLUMNS, by=by, method=method)
        size = abs(found.before) + abs(found.after) + sum(abs(each.rate) + abs(each.mix) for each in found.parts)
        assert abs(found.closes) <= 1e-9 * size
        total = sum(each.rate + each.mix + each.interaction for each in found.parts)
        assert total == pytest.approx(found.change, abs=1e-9 * size)
        ends = sum(each.mix for each in found.parts if each.status != "both")
        assert found.appeared + found.gone == pytest.approx(ends, abs=1e-9 * size)


def test_a_dimension_of_many_slices_does_not_win_by_its_number() -> None:
    chance = random.Random(3)
    right = 0
    for _ in range(20):
        rows = []
        for at in range(4_000):
            market, shop = chance.randrange(3), at % 200  # the market did it; the shop has 200 slices of pure noise
            rate = 0.1 + 0.1 * (market == 1)
            rows.append((f"m{market}", f"s{shop}", chance.random() < 0.1, 1.0, chance.random() < rate, 1.0))
        table = pl.DataFrame(rows, schema=["market", "shop", "f0", "n0", "f1", "n1"], orient="row").cast(
            {"f0": pl.Float64, "f1": pl.Float64}
        )
        ranked = best_dimensions(table, **COLUMNS, dims=["shop", "market"])
        right += ranked[0].by == ["market"]
    assert right >= 18


def test_intervals_of_a_slice_hold_its_part() -> None:
    chance = random.Random(4)
    truth = [("de", 0.1, 1_000, 0.15, 1_200), ("fr", 0.3, 500, 0.3, 400)]
    exact = decompose(
        pl.DataFrame(
            [(m, a * n, n, b * k, k) for m, a, n, b, k in truth], schema=["m", *COLUMNS.values()], orient="row"
        ),
        **COLUMNS,
        by=["m"],
    )
    rates = {each.where["m"]: each.rate for each in exact.parts}
    inside = 0
    for _ in range(60):
        rows = [
            (
                m,
                float(sum(chance.random() < a for _ in range(n))),
                n,
                float(sum(chance.random() < b for _ in range(k))),
                k,
            )
            for m, a, n, b, k in truth
        ]
        table = pl.DataFrame(rows, schema=["m", *COLUMNS.values()], orient="row")
        for each in decompose(table, **COLUMNS, by=["m"]).parts:
            inside += abs(each.rate - rates[each.where["m"]]) <= each.rate_error
    assert 0.88 <= inside / 120 <= 1.0


def test_a_quantile_by_hand() -> None:
    # Before: half 10, half 40; after: nine in ten 40, and twice as long. p80: 40 -> 80; with the mix of after before: 40.
    rows = [("old", "short", 10.0, 5), ("old", "long", 40.0, 5), ("new", "short", 20.0, 1), ("new", "long", 80.0, 9)]
    table = pl.DataFrame(rows, schema=["period", "kind", "seconds", "cases"], orient="row")
    names = {"value": "seconds", "period": "period", "before": "old", "after": "new", "count": "cases", "draws": 50}
    found = decompose_quantile(table, **names, by=["kind"], q=0.8)  # type: ignore[arg-type]
    assert (found.before, found.after, found.rate.value, found.mix.value) == (40, 80, 40, 0)
    found = decompose_quantile(table, **names, by=["kind"], q=0.3)  # type: ignore[arg-type]
    # p30: 10 -> 80. Mix first: 10 -> 40 -> 80; rates first: 10 -> 20 -> 80.
    assert (found.rate.value, found.mix.value) == ((40 + 10) / 2, (30 + 60) / 2)
    alone = table.with_columns(kind=pl.when(pl.col("period") == "new").then(pl.lit("new kind")).otherwise("kind"))
    with pytest.raises(BadInput, match="both periods"):
        decompose_quantile(alone, **names, by=["kind"])  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("a", "b")), st.sampled_from("xyz"), st.integers(0, 50)), min_size=4, max_size=40
    ),
    st.floats(0.05, 0.95),
)
def test_a_quantiles_parts_close(rows: list[tuple[str, str, int]], q: float) -> None:
    rows += [("a", "x", 3), ("b", "x", 4)]
    table = pl.DataFrame(rows, schema=["period", "kind", "value"], orient="row")
    names = {"value": "value", "period": "period", "before": "a", "after": "b"}
    found = decompose_quantile(table, **names, by=["kind"], q=q, draws=20)  # type: ignore[arg-type]
    assert abs(found.closes) <= 1e-9
    for each in (found.rate, found.mix, found.gone, found.appeared):
        assert each.low <= each.value <= each.high
    for name, value in (("a", found.before), ("b", found.after)):
        own = sorted(number for period, _, number in rows if period == name)
        assert value == own[next(at for at in range(len(own)) if at + 1 >= q * len(own) * (1 - 1e-12))]
