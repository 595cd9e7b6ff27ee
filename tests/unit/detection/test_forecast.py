"""What a rule will do to the floor, against values worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from watchfloor.detection.domain.forecast import Arrival, Forecast, Pace, forecast
from watchfloor.engines.textmodels.metrics import Interval

START = datetime(2026, 1, 1, tzinfo=UTC)


def even(days: int, per_day: int, queue: str = "spam.en", market: str = "US") -> list[Arrival]:
    """So many a day, spread over it."""
    step = timedelta(days=1) / per_day
    return [
        Arrival(START + timedelta(days=day) + place * step, queue, market)
        for day in range(days)
        for place in range(per_day)
    ]


def of(arrivals: list[Arrival], days: int = 10, **more: object) -> Forecast:
    given = {"hits": len(arrivals), "paces": {}, "precision": None, "overturn": None, **more}
    return forecast(arrivals, start=START, end=START + timedelta(days=days), **given)  # type: ignore[arg-type]


def test_an_even_stream_by_hand() -> None:
    found = of(even(10, 24), paces={"spam.en": Pace(45.0, 0.0, 500)})
    assert found.per_hour.value == 1.0
    half = 1.96 * sqrt(240) / 240
    assert (found.per_hour.low, found.per_hour.high) == (pytest.approx(1 - half), pytest.approx(1 + half))
    assert found.hours_per_day.value == pytest.approx(24 * 45 / 3600)
    assert found.reviewers.value == pytest.approx(45 / 3600)
    assert (found.cases, found.peak) == (240, 1)
    assert [(load.queue, load.market) for load in found.loads] == [("spam.en", "US")]


def test_days_that_differ_widen_the_range() -> None:
    wild = [
        arrival
        for day in (0, 5)
        for arrival in even(1, 120)
        for arrival in [Arrival(arrival.at + timedelta(days=day), "q", "US")]
    ]
    even_range, wild_range = of(even(10, 24)).per_hour, of(wild).per_hour
    assert even_range.value == wild_range.value
    assert wild_range.high - wild_range.low > 3 * (even_range.high - even_range.low)


def test_parts_add_up_and_a_share_shrinks_all() -> None:
    both = even(10, 24) + even(10, 12, "spam.es", "ES")
    found = of(both)
    assert sum(load.per_hour.value for load in found.loads) == pytest.approx(found.per_hour.value)
    assert sum(load.hours_per_day.value for load in found.loads) == pytest.approx(found.hours_per_day.value)
    tenth = of(both, percent=10)
    assert tenth.per_hour.value == pytest.approx(found.per_hour.value / 10)
    assert tenth.hours_per_day.value == pytest.approx(found.hours_per_day.value / 10)


def test_overturns_are_cases_that_are_right_and_fall() -> None:
    found = of(even(10, 24), precision=Interval(0.8, 0.7, 0.9), overturn=Interval(0.05, 0.02, 0.1)).overturned_per_day
    assert found is not None and found.value == pytest.approx(24 * 0.8 * 0.05)
    assert found.low < found.value < found.high
    assert of(even(10, 24)).overturned_per_day is None


def test_a_rule_that_decides_alone_makes_no_work_but_is_wrong_where_it_is_not_right() -> None:
    found = of(even(10, 24), precision=Interval(0.9, 0.8, 0.95), acts_alone=True)
    assert found.hours_per_day.value == 0
    assert found.overturned_per_day is not None and found.overturned_per_day.value == pytest.approx(2.4)


def test_nothing_met_is_not_nothing_to_come() -> None:
    found = of([])
    assert found.per_hour.value == found.per_hour.low == 0
    assert found.per_hour.high == pytest.approx(3 / 240)
