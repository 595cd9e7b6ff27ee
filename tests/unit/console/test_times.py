"""Times are relative in words, exact underneath, in the viewer's zone and in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.console.filters.times import age, due, due_state, duration, exact, moment, one_unit
from watchfloor.kernel import clock

NOW = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words", "state"),
    [
        (11, "due in 11\u00a0min", "soon"), (59, "due in 59\u00a0min", "soon"), (60, "due in 1\u00a0h", ""),
        (26 * 60, "due in 1\u00a0d", ""),
        (-9, "9\u00a0min late", "late"), (0, "due in 0\u00a0s", "soon"),
    ],
)  # fmt: skip
def test_due(minutes: int, words: str, state: str) -> None:
    when = NOW + timedelta(minutes=minutes)
    shown = due(when, NOW)
    assert f">{words}</time>" in shown
    assert due_state(when, NOW) == state
    assert (f"due-{state}" in shown) is bool(state)


def test_due_carries_the_exact_moment_for_machines_and_people() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        shown = due(NOW + timedelta(minutes=11), NOW)
    assert 'datetime="2026-11-22T14:13:00Z"' in shown
    assert 'title="22 Nov 2026, 15:13 CET · 14:13 UTC"' in shown


def test_exact_says_when_utc_has_another_day() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert exact(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)) == "23 Nov 2026, 05:00 JST · 22 Nov, 20:00 UTC"
    with timezone.override(UTC):
        assert exact(NOW) == "22 Nov 2026, 14:02 UTC"


def test_nothing_due_and_nothing_known() -> None:
    assert "no due time" in due(None)
    assert due_state(None) == ""
    assert age(None) == moment(None) == duration(None) == "–"


def test_age_is_one_unit_of_the_clock() -> None:
    with clock.at(NOW):
        assert ">3\u00a0h</time>" in str(age(NOW - timedelta(hours=3, minutes=59)))
    assert age(timedelta(days=9, hours=2)) == "9\u00a0d"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (41, "41 s"),
        (33120, "9 h 12 min"),
        (3600, "1 h"),
        (3605, "1 h"),
        (180000, "2 d 2 h"),
        (0, "0 s"),
        (59.7, "1 min"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds).replace("\u00a0", " ") == words


@given(st.integers(min_value=0, max_value=10**8))
def test_one_unit_never_overstates(seconds: int) -> None:
    count, unit = one_unit(seconds).split("\u00a0")
    size = {"d": 86400, "h": 3600, "min": 60, "s": 1}[unit]
    assert int(count) * size <= seconds < (int(count) + 1) * size


def test_moment_names_the_year_only_when_it_is_another() -> None:
    with clock.at(NOW):
        assert ">22 Nov, 14:02</time>" in str(moment(NOW, "full"))
        assert ">1 Mar 2025</time>" in str(moment(datetime(2025, 3, 1, tzinfo=UTC), "day"))
