"""Interventions without their database: windows, gaps, and what a result means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from watchfloor.engines.effects import Effect
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.interventions import domain
from watchfloor.programme.interventions.domain import Measured, Planned

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = Planned(
    title="A rule for link farms", metric="incoming_total", expected_change=-0.3, happened_at=NOW, measure_on=NOW + timedelta(days=21),
    filters={"market": ["DE"]}, by="market", about="spike:8f",
)  # fmt: skip


def effect(low: float, high: float, without: float = 100.0, *, enough: bool = True) -> Effect:
    middle = (low + high) / 2
    return Effect(
        method="did", level=0.95, estimate=middle, low=low, high=high, p=0.01, relative=middle / without, enough=enough
    )


def test_a_verdict_is_what_the_interval_can_bear() -> None:
    for low, high, wanted, expected in (
        (-40.0, -20.0, -0.3, "reversed"),
        (-14.0, -2.0, -0.3, "partly"),
        (-10.0, 5.0, -0.3, "not_reversed"),  # half of thirty can be ruled out
        (-40.0, 5.0, -0.3, "unknown"),  # all of it and nothing both can be
        (5.0, 20.0, -0.3, "not_reversed"),
        (10.0, 30.0, 0.2, "reversed"),
        (-20.0, -10.0, 0.2, "not_reversed"),
    ):
        assert domain.outcome(effect(low, high), wanted) == expected, (low, high, wanted)
    assert domain.outcome(effect(-40, -20, enough=False), -0.3) == "unknown"
    assert domain.outcome(Effect(method="did", level=0.95, enough=False, why="Too early."), -0.3) == "unknown"


def test_the_step_in_which_it_happened_counts_to_the_side_it_lies_on() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    for happened, first in (
        (datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        (datetime(2026, 11, 2, 13, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)),
        (datetime(2026, 11, 3, 2, tzinfo=zone), datetime(2026, 11, 3, tzinfo=UTC)),  # 20:30 of the day before in UTC
    ):
        start, end, at = domain.window(happened, NOW, "day")
        assert start + at * timedelta(days=1) == first
        assert end == datetime(2026, 11, 20, tzinfo=UTC)
    start, end, at = domain.window(NOW + timedelta(minutes=31), NOW + timedelta(hours=9), "hour")
    assert (start + at * timedelta(hours=1), end) == (NOW + timedelta(hours=1), NOW + timedelta(hours=9))
    assert domain.window(NOW, NOW - timedelta(days=3), "day")[1] == datetime(
        2026, 11, 21, tzinfo=UTC
    )  # not yet: nothing after


def test_gaps_are_filled_when_they_are_few() -> None:
    assert domain.filled([1.0, 2.0, None, 4.0, *([5.0] * 10), None]) is None
    assert domain.filled([1.0, None, 3.0, *([5.0] * 18)]) == ([1.0, 2.0, 3.0, *([5.0] * 18)], 1)
    assert domain.filled([None] * 4) is None
    assert domain.begun({"a": [0, 0, 3.0, 1.0], "b": [0, None, 0, 2]}) == 2


def test_what_adds_up_is_told_by_the_month() -> None:
    told = Measured(outcome="reversed", effect=effect(-6, -5), step="day", start=NOW, at=56, added=True)
    assert told.a_month is not None
    assert [round(each) for each in told.a_month] == [-167, -183, -152]
    assert msgspec.convert(msgspec.to_builtins(told), Measured) == told
    assert msgspec.structs.replace(told, added=False).a_month is None


def test_a_plan_that_cannot_be_measured_is_refused_with_its_field() -> None:
    domain.check(GOOD, NOW)
    for change, where in (
        ({"title": " "}, "title"), ({"expected_change": 0.0}, "expected_change"), ({"expected_change": -1.5}, "expected_change"),
        ({"measure_on": NOW}, "measure_on"), ({"happened_at": NOW - timedelta(days=500)}, "happened_at"),
        ({"happened_at": NOW.replace(tzinfo=None)}, "happened_at"), ({"about": "moon:1"}, "about"), ({"about": "spike"}, "about"),
        ({"filters": {}}, "by"), ({"others": ["DE"]}, "others"), ({"by": "", "others": ["FR"]}, "by"), ({"note": "x" * 5000}, "note"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            domain.check(msgspec.structs.replace(GOOD, **change), NOW)
        assert caught.value.where == where, change


def test_weeks_that_are_published_are_measured_whole() -> None:
    assert domain.step_of(NOW, NOW + timedelta(days=2), published=True) == "week"
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    for happened, first in (
        (monday + timedelta(days=3), monday),
        (monday + timedelta(days=4), monday + timedelta(days=7)),
    ):
        start, end, at = domain.window(happened, monday + timedelta(days=28, hours=2), "week")
        assert start + at * timedelta(days=7) == first
        assert end == monday + timedelta(days=21), "the week that is over two hours ago is not out yet"
    good = msgspec.structs.replace(
        GOOD, filters={"vendor": ["north"]}, by="vendor", measure_on=NOW + timedelta(days=22)
    )
    domain.check_published(good)
    for more, where in (
        ({"filters": {"queue": ["q"]}, "by": ""}, "filters"), ({"by": "market"}, "filters"),
        ({"measure_on": NOW + timedelta(days=21)}, "measure_on"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            domain.check_published(msgspec.structs.replace(good, **more))
        assert caught.value.where == where
