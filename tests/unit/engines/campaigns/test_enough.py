"""How many pairs could be called: counted, or by a sample that leaves no more false ones."""

from __future__ import annotations

import math

import polars as pl
import pytest
from tests.support.rings import planted

from watchfloor.engines.campaigns import coactions as counting
from watchfloor.engines.campaigns import coordinate
from watchfloor.engines.campaigns import enough as bounding
from watchfloor.engines.campaigns.chance import Activity
from watchfloor.engines.campaigns.coactions import coactions, of_one_colour, read_actions


def read(actions: int, **shape):
    made = planted(actions, **shape)
    return read_actions(made.frame, account="account", object="object", time="time", reach=600.0)


def rows(edges: pl.DataFrame) -> set[tuple[int, ...]]:
    return set(edges.select("left", "right", "actions", "objects").iter_rows())


def test_pairs_are_the_same_in_one_go_bit_by_bit_and_with_some_alone(monkeypatch) -> None:
    of = read(3_000, rings=1, things=60)
    whole = coactions(of, 60.0)
    some = pl.Series(range(0, 400, 7), dtype=pl.UInt32)
    theirs = {row for row in rows(whole.edges) if {row[0], row[1]} & set(some)}
    for bit, part in ((1_000_000, 40_000_000), (50, 40_000_000), (50, 400)):
        monkeypatch.setattr(counting, "_BIT", bit)
        monkeypatch.setattr(counting, "_AT_ONCE", part)
        assert rows(coactions(of, 60.0).edges) == rows(whole.edges)
        assert rows(coactions(of, 60.0, among=some).edges) == theirs
    crowded = of._replace(table=of.table.with_columns(object=pl.col("object").cast(pl.UInt64) + (1 << 60)))
    assert rows(coactions(crowded, 60.0).edges) == rows(whole.edges)  # too many objects for one number


def test_a_pair_of_one_colour_keeps_all_its_meetings() -> None:
    of = read(6_000, rings=2, things=100)
    whole, seen = coactions(of, 600.0).edges, []
    for seed in range(8):
        some = rows(coactions(of_one_colour(of, 5, seed), 600.0).edges)
        assert some < rows(whole)
        seen.append(len(some))
    assert len(set(seen)) > 1 and sum(seen) / 8 == pytest.approx(len(whole) / 5, rel=0.02)


@pytest.mark.parametrize("guess", [0.0, 3.0, 40.0, 1_000.0])
@pytest.mark.parametrize("expected", [0.5, 4.0, 40.0, 400.0])
def test_a_sample_leaves_no_more_false_ones_on_average(expected, guess) -> None:
    chance = [math.exp(seen * math.log(expected) - expected - math.lgamma(seen + 1)) for seen in range(1_000)]
    share = sum(p * expected / bounding._not_less(seen, guess) for seen, p in enumerate(chance))
    assert 0 < share <= 1


def test_pairs_that_cannot_be_called_are_no_tests(monkeypatch) -> None:
    of = read(20_000, rings=4, size=5, objects=8)
    found = coactions(of, 60.0)
    activity = Activity(of, found)
    near = coactions(of, 600.0).edges
    tests, least = bounding.enough(of, activity, 600.0, 0.1, 0.1, 1e-9, None)
    able = activity.unexplained(near, 1e-9).filter(pl.col("objects") >= least)
    told = activity.told(near.select("left", "right", "objects"))  # as if all near ones were close
    assert tests == len(able) == len(told.filter(pl.col("p_activity") <= 1e-9, pl.col("objects") >= least))
    assert 40 <= tests < len(near) / 50
    monkeypatch.setattr(bounding, "_COUNTED", 1_000)
    monkeypatch.setattr(bounding, "_SAMPLED", 1_000)
    sampled, _ = bounding.enough(of, activity, 600.0, 0.1, 0.1, 1e-9, None)
    assert sampled > tests


def test_rings_are_found_by_a_sample_too_and_none_where_none_is(monkeypatch) -> None:
    monkeypatch.setattr(bounding, "_COUNTED", 20_000)
    monkeypatch.setattr(bounding, "_SAMPLED", 20_000)
    assert bounding._near(read(20_000, rings=0, things=800, burst=0.2), 600.0, None) > 4 * 20_000
    made = planted(20_000, rings=6, size=6, objects=10, things=800, burst=0.2)
    assert {frozenset(ring.accounts) for ring in coordinate(made.frame).rings} == set(made.rings)
    assert coordinate(planted(20_000, rings=0, things=800, burst=0.2).frame).ties == []
