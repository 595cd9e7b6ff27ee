"""A decomposition closes: its parts add up to the change, by every method, with slices that come and go."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics import chain, decompose
from watchfloor.engines.metrics.decompose import METHODS

counts = st.floats(0, 1e6) | st.just(0.0)
row = st.tuples(counts, st.floats(1e-3, 1e6) | st.just(0.0), counts, st.floats(1e-3, 1e6) | st.just(0.0))


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.sampled_from(METHODS))
def test_parts_add_up_to_the_change(rows: list[tuple[float, float, float, float]], method: str) -> None:
    rows = [(f0 if n0 else 0.0, n0, f1 if n1 else 0.0, n1) for f0, n0, f1, n1 in rows]
    if not sum(each[1] for each in rows) or not sum(each[3] for each in rows):
        return
    frame = pl.DataFrame(rows, schema=["f0", "n0", "f1", "n1"], orient="row").with_columns(
        a=pl.Series([str(at % 3) for at in range(len(rows))]), b=pl.Series([str(at) for at in range(len(rows))])
    )
    for by in ([], ["a"], ["a", "b"]):
        found = decompose(frame, before_num="f0", before_den="n0", after_num="f1", after_den="n1", by=by, method=method)
        scale = max(abs(found.before), abs(found.after), max(abs(each.rate) + abs(each.mix) for each in found.parts))
        assert abs(found.closes) <= 1e-9 * max(scale, 1e-300)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.tuples(counts, counts), min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_chain_closes(slices: list[list[tuple[float, float]]]) -> None:
    rows = [dict(zip(("incoming", "share", "hours"), pairs, strict=True)) for pairs in slices]
    change = math.fsum(math.prod(p[1] for p in pairs) - math.prod(p[0] for p in pairs) for pairs in slices)
    scale = math.fsum(math.prod(p[1] for p in pairs) + math.prod(p[0] for p in pairs) for pairs in slices)
    assert sum(chain(rows).values()) == pytest.approx(change, abs=1e-9 * max(scale, 1e-300), rel=1e-9)
