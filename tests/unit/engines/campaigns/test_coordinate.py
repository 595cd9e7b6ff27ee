"""Coordination: every co-action is counted, planted rings and brigades are found as they are, and chance is not called one."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.support.rings import planted

from watchfloor.engines.campaigns import coordinate
from watchfloor.engines.campaigns.chance import binomial_tail
from watchfloor.engines.campaigns.coactions import coactions, read_actions
from watchfloor.kernel.errors import BadInput

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[5] / "shared/data"))
SIZE = int(os.environ.get("WATCHFLOOR_RING_ACTIONS", "20000"))


def members(found) -> set[frozenset[str]]:
    return {frozenset(ring.accounts) for ring in found.rings}


@pytest.mark.parametrize(
    "shape",
    [
        {"rings": 6},
        {"rings": 6, "size": 5, "objects": 10, "camouflage": 40},
        {"rings": 3, "size": 40, "objects": 12},
        {"rings": 20, "size": 3, "objects": 6},
        {"rings": 20, "size": 10, "objects": 5},
        {"rings": 6, "size": 8, "objects": 25, "joins": 0.7},
        {"rings": 6, "popular": True, "things": 400},
        {"rings": 6, "groups": 8, "accounts": 1500, "things": 800},
        {"rings": 6, "burst": 0.3, "things": 800},
    ],
    ids=lambda shape: " ".join(f"{name}={value}" for name, value in shape.items()),
)
def test_planted_rings_are_found_as_they_are(shape) -> None:
    made = planted(SIZE, **shape)
    assert members(coordinate(made.frame)) == set(made.rings)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "shape",
    [{}, {"groups": 10, "accounts": 800, "things": 500}, {"burst": 0.5, "things": 500}],
    ids=["plain", "groups", "burst"],
)
def test_there_is_no_ring_where_none_was_planted(shape, seed) -> None:
    made = planted(SIZE, rings=0, seed=seed, **shape)
    found = coordinate(made.frame)
    assert (found.rings, found.ties) == ([], [])
    assert found.edges > 100  # though many met


def test_members_that_take_turns_are_found_by_meeting_the_ring_as_a_whole() -> None:
    made = planted(20_000, rings=4, objects=20, joins=0.35, seed=3)
    found = coordinate(made.frame)
    assert len(found.rings) == 4
    for ring in found.rings:
        whole = next(each for each in made.rings if ring.accounts[0] in each)
        assert set(ring.accounts) <= whole and len(ring.accounts) >= 14
    joined = [each for ring in found.rings for each in ring.joined]
    assert joined and all(each.q <= 0.01 and each.objects > each.expected for each in joined)
    late = {each.account for each in joined}
    other = pl.col("account").replace({name: f"A{name}" for name in late})  # the first of all by name
    renamed = coordinate(made.frame.with_columns(other))
    assert {each.account for ring in renamed.rings for each in ring.joined} == {f"A{name}" for name in late}


def test_brigades_of_reporters_are_found_in_reports() -> None:
    made = planted(SIZE // 2, rings=3, size=12, objects=6, within=400, days=30, camouflage=5)
    reports = made.frame.rename({"account": "reporter", "object": "target"})
    found = coordinate(reports, account="reporter", object="target", window=600)
    assert members(found) == set(made.rings)
    assert all(ring.shared >= 6 and ring.objects[0][1] == 12 for ring in found.rings)


def test_a_tie_says_what_was_expected() -> None:
    made = planted(SIZE, rings=1, size=4, objects=20)
    found = coordinate(made.frame)
    assert len(found.ties) == 6
    for tie in found.ties:
        assert tie.objects >= 20 and tie.actions >= tie.objects and tie.near >= tie.objects
        assert tie.expected < 1 and tie.near_expected < 5
        assert tie.p == max(tie.p_activity, tie.p_timing) and tie.p <= tie.q <= 0.01
    ring = found.rings[0]
    assert (ring.ties, ring.density, ring.shared) == (6, 1.0, 20)
    assert ring.first <= ring.last <= 7 * 86_400 + 60


def named(rows: list[dict[str, str]], window: float, column: str) -> tuple[set[str], dict[tuple[str, str], int]]:
    frame = pl.DataFrame(
        {
            "account": [row["user_id"] for row in rows],
            "object": [row[column] or None for row in rows],
            "time": [float(row["timestamp"]) for row in rows],
        }
    )
    of = read_actions(frame, account="account", object="object", time="time", reach=window)
    found = coactions(of, window)
    edges = {(of.accounts[a], of.accounts[b]): count for a, b, count, _ in found.edges.iter_rows()}
    return {name for pair in edges for name in pair}, edges


@pytest.mark.skipif(
    not (DATA / "qut_coretweet_test_input.csv").exists(), reason="set WATCHFLOOR_DATA to the open data sets"
)
def test_the_toolkits_own_example_gives_its_networks() -> None:
    with (DATA / "qut_coretweet_test_input.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    nodes, edges = named(rows, 1, "repost_id")
    assert len(nodes) == 2 and all(count < 2 for count in edges.values())
    nodes, _ = named(rows, 60, "repost_id")
    assert len(nodes) == 6 and not nodes & {"uid10", "uid11", "uid12"}


@pytest.mark.skipif(not (DATA / "qut_sample_data.csv").exists(), reason="set WATCHFLOOR_DATA to the open data sets")
@pytest.mark.parametrize("window", [0.0001, 0.001, 1.0])
def test_the_toolkits_sample_counts_as_comparing_each_pair_does(window) -> None:
    with (DATA / "qut_sample_data.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["repost_id"]]
    counted: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        for other in rows[:number]:
            together = row["repost_id"] == other["repost_id"] and row["user_id"] != other["user_id"]
            ticks = round(float(row["timestamp"]) * 1e6) - round(float(other["timestamp"]) * 1e6)
            if together and abs(ticks) <= round(window * 1e6):
                pair = min(row["user_id"], other["user_id"]), max(row["user_id"], other["user_id"])
                counted[pair] = counted.get(pair, 0) + 1
    assert named(rows, window, "repost_id")[1] == counted


def test_crowded_objects_are_left_out_and_named() -> None:
    crowd = [("hot", f"a{number}", number // 10) for number in range(300)]
    rest = [("calm", f"a{number}", number * 5) for number in range(20)]
    frame = pl.DataFrame([*crowd, *rest], schema=["object", "account", "time"], orient="row")
    found = coordinate(frame, most=1_000)
    assert [name for name, _ in found.left_out] == ["hot"]
    assert found.edges == coordinate(frame.filter(pl.col("object") == "calm")).edges


def test_times_may_be_moments_and_what_is_missing_is_left_out() -> None:
    moments = [datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC) for second in (0, 30, 59)]
    frame = pl.DataFrame({"account": ["a", "b", None], "object": ["x", "x", "x"], "time": moments})
    found = coordinate(frame, window=30)
    assert (found.actions, found.edges, found.rings) == (2, 1, [])
    assert coordinate(frame, window=29.9).edges == 0
    assert coordinate(frame.clear()).ties == []


def test_what_cannot_be_used_is_said() -> None:
    frame = pl.DataFrame({"account": ["a"], "object": ["x"], "time": ["noon"]})
    with pytest.raises(BadInput, match="neither date-times nor numbers"):
        coordinate(frame)
    with pytest.raises(BadInput, match="no column 'when'"):
        coordinate(frame, time="when")
    with pytest.raises(BadInput, match="window"):
        coordinate(frame, window=0)
    with pytest.raises(BadInput, match="between 0 and 1"):
        coordinate(frame, fdr=1)


def test_the_tail_is_the_binomials() -> None:
    from math import comb

    exact = sum(comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(6, 11))
    assert binomial_tail(6, 10, 2.0) == pytest.approx(exact)
    assert binomial_tail(10, 10, 2.0) == pytest.approx(0.2**10)
    assert binomial_tail(2, 10, 2.0) == 1.0
