"""The quick ways of the search say what the plain ones say: subtracting is summing again, a full table is any table."""

from __future__ import annotations

import random

import polars as pl
from benchmarks._leaves import planted
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics.cube import Cube
from watchfloor.engines.metrics.flat import Flat
from watchfloor.engines.metrics.leaves import encode


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_subtracting_a_cell_is_summing_again_without_it(sizes: list[int], seed: int, wide: bool) -> None:
    chance = random.Random(seed)
    sizes = [*sizes, 12, 10] if wide else sizes  # beyond what is done by hand
    rows = [[chance.randrange(size) for size in sizes] for _ in range(200)]
    codes = [pl.Series([row[dim] for row in rows], dtype=pl.UInt32) for dim in range(len(sizes))]
    ones, values = pl.Series([1.0] * 200), pl.Series([chance.gauss(0, 1) for _ in range(200)])
    dim = chance.randrange(len(sizes))
    apart = [{dim: code} for code in range(min(2, sizes[dim]))]  # two cells without a common leaf
    flat = Flat(Cube(codes, sizes, [ones, values]))
    lost = set(flat.take_out(apart).to_list())
    kept = codes[dim] >= len(apart)
    if not kept.any():
        assert all(abs(each) < 1e-9 for channel in flat.channels for each in channel)
        return
    other = Flat(Cube([code.filter(kept) for code in codes], sizes, [ones.filter(kept), values.filter(kept)]))
    whole = Flat(Cube(codes, sizes, [ones, values]))
    for ours, theirs, before in zip(flat.channels, other.channels, whole.channels, strict=True):
        assert (ours - theirs).abs().max() < 1e-9
        assert all(place in lost for place in (before != theirs).arg_true())
    assert (flat.channels[1].filter(flat.channels[0] == 0) == 0).all()


def test_a_full_table_is_coded_as_any_other() -> None:
    table, _ = planted([4, 3, 5], 2, 1)
    text = table.cast(dict.fromkeys("abc", pl.String))
    full, other = encode(text, "abc"), encode(table.cast(dict.fromkeys("abc", pl.Categorical)), "abc")
    assert full.full and not other.full
    for each in (full, other):
        for name, values, codes in zip("abc", each.values, each.codes, strict=True):
            assert pl.Series(values)[codes].to_list() == text[name].to_list()


def test_a_table_that_is_nearly_full_is_not_taken_for_full() -> None:
    text = planted([4, 3, 5], 2, 1)[0].cast(dict.fromkeys("abc", pl.String))
    swapped = pl.concat([text.slice(1, 1), text.head(1), text.slice(2)])
    doubled = pl.concat([text.head(1), text.head(1), text.slice(2)])
    for table in (swapped, doubled, text.head(59), text.with_columns(a=pl.lit(None, dtype=pl.String))):
        found = encode(table, "abc")
        assert not found.full
        assert pl.Series(found.values[1])[found.codes[1]].to_list() == table["b"].to_list()


def test_leaves_of_a_full_table_need_not_be_added_up() -> None:
    sizes = (4, 3, 5)
    leaves = encode(planted(list(sizes), 2, 1)[0].cast(dict.fromkeys("abc", pl.String)), "abc")
    values = pl.Series([float(at) for at in range(60)])
    ones = Flat(Cube(leaves.codes, sizes, [pl.Series([1.0] * 60), values]))
    known = Flat(Cube(leaves.codes, sizes, [values], full=True), counted=True)
    for each in (ones, known):
        each.take_out([{0: 1, 2: 3}])
    again = Flat(Cube(leaves.codes, sizes, [values], full=True), counted=True)
    assert [each.to_list() for each in ones.channels] == [each.to_list() for each in known.channels]
    assert (
        again.channels[0][0] == 1 and again.channels[0].sum() == 7 * 60
    )  # the counts kept for the next were not touched
