"""Two sides that changed: no value is lost, nothing is carried twice; statuses and days in every zone; what may not cross."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.jira.domain import crossing, merging, remote, statuses
from watchfloor.programme.jira.domain.merging import Sides
from watchfloor.programme.jira.domain.remote import Status

VALUES = st.sampled_from(["a", "b", "c"])


@given(st.none() | VALUES, VALUES, VALUES, st.sampled_from(merging.OWNERS), st.booleans())
def test_every_value_is_carried_kept_or_asked_about(
    agreed: str | None, ours: str, theirs: str, owner: str, poorer: bool
) -> None:
    sides = {"text": Sides(agreed=agreed, ours=ours, theirs=theirs)}
    made = merging.plan(sides, {"text": owner}, poorer=frozenset({"text"} if poorer else ()))
    said = [*made.push, *made.take, *made.agreed, *made.conflicts]
    assert said == ["text"]  # exactly one thing is done
    if ours == theirs:
        assert made.agreed == {"text": ours}
    if made.push:  # theirs is written over: it was agreed on, or it is kept, or it was never ours to lose
        assert theirs == agreed or agreed is None or made.overruled
        assert owner == "ours" or (owner == "both" and theirs == agreed and not poorer)
    if made.take:
        assert ours == agreed or agreed is None or made.overruled
    if made.conflicts:
        assert owner == "both" and ours != agreed
    after = made.push or made.take or made.agreed  # once carried, the next pass has nothing to do
    for value in after.values():
        again = merging.plan({"text": Sides(agreed=value, ours=value, theirs=value)}, {"text": owner})
        assert not (again.push or again.take or again.conflicts)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001  hypothesis wants them so
    st.sampled_from(sorted(available_timezones())), st.integers(-400, 400),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_day_is_the_day_it_says_in_every_zone(wall: datetime, name: str, days: int) -> None:
    zone = ZoneInfo(name)
    due = wall.replace(tzinfo=UTC)
    wanted = (due.astimezone(zone) + timedelta(days=days)).date().isoformat()
    moved = merging.moment_of(wanted, due, zone)
    assert merging.day_of(moved, zone) == wanted
    fresh = merging.moment_of(wanted, None, zone)
    assert merging.day_of(fresh, zone) == wanted
    assert merging.moment_of("", due, zone) is None and merging.day_of(None, zone) == ""


def test_the_clock_that_skips_an_hour_keeps_the_hour_on_the_wall() -> None:
    dublin = ZoneInfo("Europe/Dublin")
    before = datetime(2026, 3, 27, 17, 0, tzinfo=UTC)
    assert merging.moment_of("2026-03-30", before, dublin) == datetime(2026, 3, 30, 16, 0, tzinfo=UTC)


def test_statuses_by_the_table_then_by_category() -> None:
    known = [
        Status("Backlog", "new"),
        Status("Doing", "indeterminate"),
        Status("Shipped", "done"),
        Status("Won't do", "done"),
    ]
    table = statuses.guess(known)
    assert table == {"open": "Backlog", "doing": "Doing", "done": "Shipped", "dropped": "Won't do"}
    assert statuses.state_of(Status("won't do", "done"), table) == "dropped"
    assert statuses.state_of(Status("Review", "indeterminate"), table) == "doing"
    steps = [("11", Status("Doing", "indeterminate")), ("21", Status("Closed", "done"))]
    assert statuses.step_to("doing", steps, table) == "11"
    assert statuses.step_to("done", steps, table) == ""  # the table says Shipped, and no step leads there
    assert statuses.step_to("done", steps, {}) == "21"


def test_what_comes_from_outside_is_read_without_trust() -> None:
    for strange in (None, [], {"fields": []}, {"fields": {"status": 7, "labels": {}, "duedate": {}, "summary": None}}):
        assert remote.issue(strange).title == ""
    assert remote.issue({"fields": {"duedate": "soon"}}).due == ""
    assert remote.moment("2026-11-02T09:00:00.000-0500") == datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
    assert remote.moment("yesterday") is None
    made = remote.changes([{"id": "2", "items": [{"field": "status", "toString": "Done"}, None]}, {"id": "x"}, None])
    assert [each.now for each in made] == ["Done", ""]


@pytest.mark.parametrize("text", [
    "see case_01jqv3y7x8e9rt2k5m6n7p8q9s", "0192f0c1-aaaa-7bbb-8ccc-0123456789ab", "http://floor.example.org/cases/12",
])  # fmt: skip
def test_what_names_a_case_does_not_cross(text: str) -> None:
    with pytest.raises(BadInput, match="Jira is not the place"):
        crossing.check(text, "text", hosts=["floor.example.org"])
    assert crossing.check(
        "Fewer clicks in 2026, see OPS-12 and https://floor.example.org/insight", "text", hosts=["floor.example.org"]
    )
