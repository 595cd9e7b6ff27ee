"""The service plan: the most specific target counts, and a document that makes no sense says where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.service import Due, Work, earliest, openings, read

MADRID = {
    "key": "madrid", "name": "Madrid office", "time_zone": "Europe/Madrid", "country": "ES",
    "week": {day: ["09:00-14:00", "15:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": {"2026-12-24": ["09:00-12:00"], "2026-12-31": []},
}  # fmt: skip
PLAN = {
    "calendars": [MADRID],
    "targets": [
        {"name": "spam", "minutes": 2880, "policy": "spam"},
        {"name": "in Germany", "minutes": 1440, "market": "DE"},
        {"name": "spam in Germany", "minutes": 720, "policy": "spam", "market": "DE"},
        {"name": "severe", "minutes": 120, "severity": 4},
        {"name": "very severe", "minutes": 60, "severity": 5},
        {"name": "police", "minutes": 240, "notice": "law_enforcement", "calendar": "madrid"},
        {"name": "everything else", "minutes": 4320},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("work", "target"),
    [
        (Work(policy="spam"), "spam"),
        (Work(policy="spam", market="DE"), "spam in Germany"),
        (Work(policy="hate", market="DE"), "in Germany"),
        (Work(policy="spam", market="FR", severity=4), "spam"),  # of two that name one thing, the policy's
        (Work(policy="hate", severity=4), "severe"),
        (Work(policy="hate", severity=5), "very severe"),
        (Work(policy="hate", notice="law_enforcement"), "police"),
        (Work(policy="hate"), "everything else"),
    ],
)
def test_the_most_specific_counts(work: Work, target: str) -> None:
    found = read(PLAN).target(work)
    assert found is not None
    assert found.name == target


def test_a_plan_without_a_fitting_target_says_nothing() -> None:
    assert read({}).target(Work(policy="spam")) is None


def test_the_earliest_source_counts() -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    service = Due(by="target", name="spam", at=now + timedelta(hours=48), minutes=2880)
    law = Due(by="law", name="one hour", at=now + timedelta(hours=1), minutes=60)
    assert earliest([service, law]) is law
    assert earliest([service]) is service


def test_exceptions_go_before_the_week() -> None:
    hours = read(PLAN).hours["madrid"]
    eve = datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert hours.add(eve, timedelta(hours=4)) == datetime(2026, 12, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"targets": [{"name": "x", "minutes": 0}]}, "targets[0].minutes"),
        ({"targets": [{"name": "x", "minutes": 5}, {"name": "y", "minutes": 6}]}, "targets[1]"),
        ({"targets": [{"name": "x", "minutes": 5, "calendar": "nowhere"}]}, "targets[0].calendar"),
        ({"targets": [{"name": " ", "minutes": 5}]}, "targets[0].name"),
        ({"targets": [{"minutes": "soon"}]}, "targets[0]"),
        ({"calendars": [{**MADRID, "time_zone": "Mars/Olympus"}]}, "calendars[0].time_zone"),
        ({"calendars": [{**MADRID, "week": {"mon": ["17:00-09:00"]}}]}, "calendars[0].week.mon"),
        ({"calendars": [{**MADRID, "week": {}}]}, "calendars[0].week"),
        ({"calendars": [{**MADRID, "country": "XX"}]}, "calendars[0].country"),
        ({"calendars": [{**MADRID, "exceptions": {"tomorrow": []}}]}, "calendars[0].exceptions"),
        ({"calendars": [MADRID, MADRID]}, "calendars[1].key"),
        ({"warn_minutes": -1}, "warn_minutes"),
        ({"weights": {"trusted": -1}}, "weights.trusted"),
        ({"speed": 3}, "speed"),
    ],
)
def test_what_makes_no_sense_says_where(change: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as error:
        read(change)
    assert error.value.where == where


def test_hours_that_overlap() -> None:
    assert openings(["15:00-24:00", "00:00-15:00"], "week.mon") == ((0, 900), (900, 1440))
    with pytest.raises(BadInput):
        openings(["09:00-13:00", "12:00-14:00"], "week.mon")
