"""A backtest small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from watchfloor.engines.routing import backtest, routed
from watchfloor.engines.routing.replay import Replayed, capacity, replay
from watchfloor.kernel.errors import BadInput

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HERE = NOON.replace(tzinfo=None)
BEFORE = [{"name": "spam", "when": {"policy": ["spam"]}, "queue": "spam"}, {"name": "rest", "queue": "rest"}]
AFTER = [{"name": "es", "when": {"policy": ["spam"], "language": ["es"]}, "queue": "es"}, BEFORE[0]]


def past() -> pl.DataFrame:
    rows = [  # id, policy, language, entered, final, moves
        ("1", "spam", "en", "spam", "spam", 0),
        ("2", "spam", "es", "spam", "es", 2),  # by hand to where the new table sends it
        ("3", "spam", "es", "spam", "spam", 0),  # nobody moved it
        ("4", "scam", "en", "rest", "rest", 0),  # no new rule has it
        ("5", "spam", "es", "es", "spam", 1),  # right before, wrong after
    ]
    names = ["id", "policy", "language", "queue", "final_queue", "moves"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    at = [NOON + timedelta(minutes=10 * place) for place in range(5)]
    return frame.with_columns(
        at=pl.Series(at), due_at=pl.Series(at).dt.offset_by("1h"), solved_at=pl.Series(at).dt.offset_by("30m")
    )


def test_counted_by_hand() -> None:
    found = backtest(past(), BEFORE, AFTER, otherwise="other")
    assert (found.jobs, found.moved, found.no_rule_before, found.no_rule_after, found.no_rule_samples) == (
        5,
        4,
        0,
        1,
        ["4"],
    )
    assert {row.queue: (row.before, row.after) for row in found.queues} == {
        "spam": (4, 1), "es": (0, 3), "rest": (1, 0), "other": (0, 1)
    }  # fmt: skip
    assert [(group.from_queue, group.to_queue, group.count) for group in found.groups] == [
        ("spam", "es", 3),
        ("rest", "other", 1),
    ]
    assert found.groups[0].rules == [("es", 3)] and sorted(found.groups[0].samples) == ["2", "3", "5"]
    assert (found.hand_moved, found.right_before, found.right_after, found.mended, found.spoilt) == (2, 1, 1, 1, 1)
    assert (found.transfers_avoided, found.unmoved_elsewhere, found.agrees) == (2 - 1, 2, 0.8)
    assert dict(found.rules) == {"es": 3, "spam": 1}
    assert dict(found.series)["2026-05-04"]["es"] == (0, 3)


def test_a_queue_that_was_seen_to_solve_is_replayed_and_another_is_not() -> None:
    replays = {row.queue: (row.replay_before, row.replay_after) for row in backtest(past(), BEFORE, AFTER).queues}
    assert replays["other"] == (None, None), "it never solved anything"
    before, after = replays["spam"]
    assert before is not None and after is not None and (before.jobs, after.jobs) == (4, 1)


def test_the_replay_by_hand() -> None:
    """Two an hour: jobs at 12:00, 12:00, 12:00 and 13:10 are done at 12:30, 13:00, 13:30 and 14:00; an hour was allowed."""
    arrived = pl.Series([HERE, HERE, HERE, HERE + timedelta(minutes=70)])
    found = replay(arrived, arrived.dt.offset_by("1h"), pl.Series([2.0, 2.0]), HERE, HERE + timedelta(hours=2))
    assert found == Replayed(jobs=4, aas_ms=int((30 + 60 + 90 + 50) / 4 * 60_000), breaches=1, left=0)
    assert replay(arrived, arrived, pl.Series([1.0, 1.0]), HERE, HERE + timedelta(hours=2)).left == 2


def test_capacity_is_what_was_solved_or_the_upper_quartile_of_worked_hours() -> None:
    minutes = [0, 1, 2, 3, 60, 61, 62, 63, 180, 240, 241, 242, 243]
    solved = pl.Series([HERE + timedelta(minutes=each) for each in minutes])
    assert capacity(solved, HERE, HERE + timedelta(hours=5)).to_list() == [4, 4, 0, 4, 4]


def test_a_file_may_say_little_and_is_refused_where_it_says_nonsense() -> None:
    assert routed(pl.DataFrame({"policy": ["spam", None]}), BEFORE, otherwise="z")["queue"].to_list() == [
        "spam",
        "rest",
    ]
    assert backtest(pl.DataFrame({"policy": ["spam"]}), BEFORE, AFTER).jobs == 1
    assert backtest(pl.DataFrame({"policy": []}, schema={"policy": pl.String}), BEFORE, AFTER).moved == 0
    csv = pl.DataFrame({"policy": ["spam"], "signals": ["rule:A rule:B"], "at": ["2026-05-04T12:00:00Z"]})
    rules = [{"name": "a", "when": {"signals": ["rule:B"]}, "queue": "q"}]
    assert backtest(csv, [], rules).queues[0].after in (0, 1) and routed(csv, rules, otherwise="z")[
        "queue"
    ].to_list() == ["q"]
    with pytest.raises(BadInput) as error:
        routed(
            pl.DataFrame({"reach": ["much"]}),
            [{"name": "a", "when": {"reach": {"min": 1}}, "queue": "q"}],
            otherwise="z",
        )
    assert error.value.where == "cases.reach"
    with pytest.raises(BadInput) as error:
        backtest(pl.DataFrame({"at": ["yesterday"]}), BEFORE, AFTER)
    assert error.value.where == "cases.at"
