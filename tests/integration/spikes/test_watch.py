"""From the lake to a spike case: found once, in the right slice, with the right change first, and its parts add up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.integration.spikes.floor import NOW, SPIKE_AT, fortnight, put, write_changes

from watchfloor.insight.spikes import queries, watch
from watchfloor.insight.spikes.models import Spike, WatchState
from watchfloor.kernel import clock, ids

pytestmark = pytest.mark.django_db


def catch_up(hours: int) -> None:
    """Watch the last so many hours."""
    hour = NOW.replace(minute=0) - timedelta(hours=hours)
    WatchState.objects.get_or_create(pk=1, defaults={"hour": hour, "at": NOW})
    while watch.work():
        pass


def test_a_planted_spike_becomes_one_case_that_names_its_slice_and_cause() -> None:
    known = write_changes()
    put(fortnight())
    catch_up(9)
    rows = [row for row in Spike.objects.all() if row.metric.startswith("incoming")]
    assert len(rows) == 1, [(r.metric, r.where, r.kind, r.starts_at, r.value, r.expected) for r in rows]
    [row] = rows
    assert row.where.get("market", row.where.get("language", "es")).lower() == "es"
    assert "spam" in "".join(row.where.values())
    assert abs(row.starts_at - SPIKE_AT) < timedelta(minutes=20)
    found = queries.found_of(row)
    assert found is not None
    assert found.candidates[0].id == ids.encode("chg", UUID(known["true"])), found.candidates
    assert found.candidates[0].p > 0.5
    assert abs(sum(c.p for c in found.candidates) + found.none_p - 1) < 0.05
    gaps = sum(s.real - s.expected for s in found.slices) + found.elsewhere[0] - found.elsewhere[1]
    assert abs(gaps - (found.real - found.expected)) < 1e-9
    assert not found.suspect
    catch_up(9)
    assert Spike.objects.filter(metric__startswith="incoming").count() == 1


def test_a_quiet_fortnight_rings_nobody() -> None:
    put(fortnight(spike=1.0, ends=SPIKE_AT))
    catch_up(10)
    assert list(Spike.objects.values_list("metric", "where")) == []
    assert clock.now() == NOW
