"""Alarms, beginnings and slices on tables whose answer is known."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics import locate_small
from watchfloor.insight.spikes.domain import looking, onset, watching
from watchfloor.insight.spikes.domain.watched import WATCHED

START = datetime(2026, 11, 2)  # noqa: DTZ001 - UTC without a zone, as facts are


def cells(chance: random.Random, factor: float) -> pl.DataFrame:
    rows = []
    for market in ("ES", "GB", "DE", "US"):
        for policy in ("spam", "hate", "scam"):
            expected = chance.uniform(3, 20)
            mean = expected * (factor if (market, policy) == ("ES", "spam") else 1)
            rows.append((market, policy, float(max(0, round(chance.gauss(mean, mean**0.5)))), expected))
    return pl.DataFrame(rows, schema=["market", "policy", "real", "expected"], orient="row")


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_slices_and_elsewhere_are_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    table = cells(chance, chance.choice([0.2, 1.0, 6.0]))
    place = looking.place_counts(table, ["market", "policy"], 6)
    assert abs(sum(each.real for each in place.slices) + place.elsewhere[0] - table["real"].sum()) < 1e-6
    assert abs(sum(each.expected for each in place.slices) + place.elsewhere[1] - table["expected"].sum()) < 1e-6


def test_the_very_cell_is_named_and_quiet_tables_name_none() -> None:
    right = sum(
        bool(found := locate_small(cells(random.Random(seed), 6.0), ["market", "policy"], 6, up=True))
        and found[0].where == {"market": "ES", "policy": "spam"}
        for seed in range(40)
    )
    false = sum(
        bool(locate_small(cells(random.Random(seed), 1.0), ["market", "policy"], 6, up=True)) for seed in range(40)
    )
    assert right >= 38
    assert false <= 2


def test_all_moved_alike_is_everywhere() -> None:
    table = cells(random.Random(1), 1.0).with_columns(pl.col("expected") / 3)
    assert looking.place_counts(table, ["market", "policy"], 6).verdict == "everywhere"


def test_it_began_with_the_first_unusual_hour_and_the_likeliest_five_minutes() -> None:
    values = [10, 12, 9, 30, 41, 28, 33]
    assert onset.first_unusual(values, [10.0] * 7, up=True) == 3
    place, off = onset.likeliest_break([1, 0, 1, 1, 4, 6, 5, 4], [1.0] * 8, up=True)
    assert place == 4
    assert off < 1
    assert onset.likeliest_break([5, 6, 4, 5, 0, 1, 0, 1], [5.0] * 8, up=False)[0] == 4
    # Long before it nothing happened: a window that begins too early does not draw it forward.
    assert onset.likeliest_break([0, 1, 1, 0] * 9 + [3, 4, 2, 4] * 3, [0.5] * 48, up=True)[0] == 36
    assert onset.likeliest_break([1, 1, 2, 1], [1.0] * 4, up=True)[1] > 0.5  # hardly anything: hardly known
    assert onset.level_break([40.0] * 10 + [60.0] * 4, [30.0] * 14, 7) == 10


def test_a_count_five_times_its_usual_rings_and_others_do_not() -> None:
    chance = random.Random(5)
    rows = []
    for hour in range(24 * 12):
        for market in ("ES", "GB"):
            usual = 6 + 3 * (hour % 24 in range(9, 18))
            now = hour == 24 * 12 - 1 and market == "ES"
            count = round(chance.gauss(usual, usual**0.5)) * (5 if now else 1)
            rows.append((START + timedelta(hours=hour), "q", market, "spam", "user", market, float(max(0, count))))
    frame = pl.DataFrame(rows, schema=["hour", *WATCHED["incoming_manual"].dims, "n"], orient="row")
    found = watching.watch_counts(frame, WATCHED["incoming_manual"], START + timedelta(hours=24 * 12 - 1))
    limit = watching.threshold([each.p for each in found], len(found), 0.05)
    rung = [each.where for each in found if each.p <= limit and each.worth]
    assert {"market": "ES"} in rung
    assert {"market": "GB"} not in rung


def test_a_ratio_is_held_against_its_own_days() -> None:
    base, p = watching.judge_ratio((9_600.0, 100.0), [(60.0 * 100 + 30 * (day % 3 - 1), 100.0) for day in range(12)])
    assert abs(base - 60) < 1
    assert p < 1e-6
    _base, calm = watching.judge_ratio(
        (6_010.0, 100.0), [(60.0 * 100 + 300 * (day % 3 - 1), 100.0) for day in range(12)]
    )
    assert calm > 0.3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.01, 0.2))
def test_discoveries_are_those_of_benjamini_and_hochberg(ps: list[float], rate: float) -> None:
    from watchfloor.engines.metrics.tails import discoveries

    limit = watching.threshold(ps, len(ps), rate)
    assert [p <= limit and limit > 0 for p in ps] == [
        each and limit > 0 for each in discoveries(ps, rate)
    ] or limit == 0.0
