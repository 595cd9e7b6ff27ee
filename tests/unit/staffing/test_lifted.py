"""What is known to come lifts the hours it reaches into; bases that were kept before events had kinds are still read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from watchfloor.engines.staffing.calibration import Hour
from watchfloor.insight.coming import Coming
from watchfloor.staffing.domain.lifted import lifted

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_events_lift_the_hours_they_reach_into_by_their_markets_share() -> None:
    hours = [Hour(10.0, 5.0, 20.0)] * 6
    event = Coming(
        kind="election",
        title="Vote",
        market="DE",
        start=MONDAY + timedelta(hours=1),
        end=MONDAY + timedelta(hours=2, minutes=30),
        uplift=0.5,
    )
    found = lifted(hours, MONDAY, {"DE": 0.4, "FR": 0.6}, [event])
    assert [round(each.value, 3) for each in found] == [10, 12, 11, 10, 10, 10]
    assert (found[1].low, found[1].high) == (pytest.approx(6), pytest.approx(24))
    assert lifted(hours, MONDAY, {"FR": 1.0}, [event]) == hours
    less = msgspec.structs.replace(event, uplift=-5.0)
    assert lifted(hours, MONDAY, {"DE": 1.0}, [less])[1].value == 0
    everywhere = msgspec.structs.replace(event, market="")
    assert lifted(hours, MONDAY, {"FR": 1.0}, [everywhere])[1].value == 15
    kept = {
        "title": "Vote",
        "market": "DE",
        "start": "2026-11-23T01:00:00Z",
        "end": "2026-11-23T02:30:00Z",
        "uplift": 0.5,
    }
    assert msgspec.structs.replace(msgspec.convert(kept, Coming), kind="election") == event
