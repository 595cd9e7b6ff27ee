"""Due times as people write them, rings of waiting, dates that cannot hold, and whom a text names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.tracking.domain import dues, graph, mentions, states
from watchfloor.review.domain.calendars import Hours

MADRID = ZoneInfo("Europe/Madrid")
THURSDAY = datetime(2026, 11, 26, 15, 30, tzinfo=UTC)  # 16:30 in Madrid
HOURS = Hours(dues.plain_calendar("Europe/Madrid"))


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("", None),
        ("1 working day", "2026-11-27T16:00"),
        ("2 working days", "2026-11-30T16:00"),  # over the weekend
        ("1 working week", "2026-12-03T16:00"),
        ("2 working hours", "2026-11-27T09:30"),  # half an hour today, then from nine
        ("3 days", "2026-11-29T16:00"),
        ("5 hours", "2026-11-26T20:30"),
        ("2026-11-30", "2026-11-30T16:00"),
        ("2026-11-30 09:15", "2026-11-30T08:15"),
        ("2026-11-30T09:15Z", "2026-11-30T09:15"),
        ("2026-10-25 02:30", "2026-10-25T00:30"),  # comes twice: the first
        ("2026-03-29 02:30", "2026-03-29T01:30"),  # is left out: half past three
    ],
)
def test_a_due_time_as_people_write_it(text: str, due: str | None) -> None:
    found = dues.read(text, now=THURSDAY, zone=MADRID, hours=HOURS)
    assert found == (None if due is None else datetime.fromisoformat(due).replace(tzinfo=UTC))


@pytest.mark.parametrize("text", ["soon", "0 days", "9999 days", "2026-13-01", "9999-12-31T23:59-12:00", "-3 days"])
def test_what_is_no_due_time_is_said(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        dues.read(text, now=THURSDAY, zone=ZoneInfo("America/New_York"), hours=HOURS)
    assert refused.value.where == "due"


def test_one_moment_by_each_clock_once() -> None:
    seen = dues.seen_by(THURSDAY, ["Europe/Madrid", "Asia/Manila", "Europe/Paris", ""])
    assert [(each.zone, f"{each.at:%H:%M}") for each in seen] == [
        ("Europe/Madrid", "16:30"),
        ("Asia/Manila", "23:30"),
        ("UTC", "15:30"),
    ]


def test_a_ring_is_named_whole() -> None:
    waits = {"a": ["b", "x"], "b": ["c"], "c": ["d", "a"], "d": []}
    assert graph.ring(waits, "a") == ["a", "b", "c", "a"]
    assert graph.ring(waits, "x") == [] and graph.ring({"a": ["a"]}, "a") == ["a", "a"]
    assert graph.ring({"z": ["a"], "a": ["b"], "b": ["a"]}, "z") == []  # it leads to one, but stands in none


def test_what_slips_past_an_action_that_waits_for_it_is_found() -> None:
    late = graph.Piece(THURSDAY + timedelta(days=2), "open")
    done = graph.Piece(THURSDAY + timedelta(days=2), "done")
    soon, never = graph.Piece(THURSDAY, "doing"), graph.Piece(None, "open")
    before = [("late", late), ("done", done), ("soon", soon), ("never", never)]
    assert graph.held_up(THURSDAY + timedelta(days=1), "open", before) == ["late"]
    assert graph.held_up(THURSDAY + timedelta(days=1), "dropped", before) == graph.held_up(None, "open", before) == []


def test_only_a_promise_that_moves_back_needs_a_reason() -> None:
    day = timedelta(days=1)
    assert states.needs_reason(THURSDAY, THURSDAY + day) and states.needs_reason(THURSDAY, None)
    assert not states.needs_reason(THURSDAY, THURSDAY - day) and not states.needs_reason(None, THURSDAY)
    assert states.is_late(THURSDAY, "doing", THURSDAY + day) and not states.is_late(THURSDAY, "done", THURSDAY + day)


def test_whom_a_text_names() -> None:
    people = {1: "Ana Ruiz", 2: "Ana Lee", 3: "Bo", 4: "Chidi Anagonye", 5: "Bo Berg"}
    text = 'Ask @"Ana Ruiz", @ana.lee and @bo; mail a@chidi.example, @Ana. @CHIDI! @nobody'
    assert mentions.mentioned(text, people) == [1, 2, 3, 4]  # @Ana may be either, and is neither
