"""From the lake to a spike case: found once, in the right slice, with the right change first, and its parts add up."""

from __future__ import annotations

import math
import random
import re
from datetime import UTC, timedelta
from uuid import UUID

import pytest
from tests.integration.spikes.floor import NOW, SPIKE_AT, fortnight, put, write_changes

from watchfloor.identity.domain import system
from watchfloor.insight import changes
from watchfloor.insight.changes import ChangeIn
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import cases, queries, table, watch, words
from watchfloor.insight.spikes.domain import stocks
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.models import Spike, WatchState
from watchfloor.kernel import clock, ids
from watchfloor.ledger.writer import writing

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


def test_a_vendor_that_became_slower_is_a_new_level_that_goes_on_day_by_day() -> None:
    chance, since = random.Random(3), naive(NOW.replace(hour=0, minute=0) - timedelta(days=4))
    rows = fortnight(spike=1.0, ends=SPIKE_AT)
    for row in rows:
        if row["type"] == "job.decided":
            row["vendor"] = chance.choice(("alder", "birch", "cedar"))
            slower = 0.5 if row["vendor"] == "birch" and row["moment"] >= since else 0.0
            row["active_total_ms"] = round(math.exp(chance.gauss(11 + slower, 0.5)))
    put(rows)
    with writing(system("test")) as w:
        cohort = ChangeIn(
            kind="staffing", title="New hires", starts_at=since.replace(tzinfo=UTC), scope={"vendor": ["birch"]}
        )
        changes.record(w, cohort)
    frames = {key: table.hours(watched, NOW - timedelta(days=20), NOW) for key, watched in WATCHED.items()}
    midnight = NOW.replace(hour=0, minute=0)
    watch.look(midnight - timedelta(hours=25), frames)
    [row] = Spike.objects.filter(metric="aht")
    assert (row.where, row.kind, row.last_at) == ({"vendor": "birch"}, "step", midnight - timedelta(days=1))
    assert row.value / row.expected > 1.3
    assert abs(row.starts_at - since.replace(tzinfo=UTC)) <= timedelta(days=1)
    found = queries.found_of(row)
    assert found is not None
    assert (found.candidates[0].title, found.candidates[0].p > 0.5) == ("New hires", True)
    watch.look(midnight - timedelta(hours=1), frames)
    [row] = Spike.objects.filter(metric="aht")
    assert (row.last_at, row.version) == (midnight, 2)


def test_a_queue_nobody_works_on_is_a_spike_of_its_backlog_and_its_parts_add_up() -> None:
    stuck = NOW.replace(hour=6, minute=0)
    put(fortnight(spike=1.0, ends=SPIKE_AT, days=9, stuck=stuck))
    frames = {key: table.hours(watched, NOW - timedelta(days=20), NOW) for key, watched in WATCHED.items()}
    frame = table.hours(WATCHED["backlog"], NOW - timedelta(days=3), NOW)  # it begins with what was there
    told = table.parts(["backlog"], NOW - timedelta(hours=3), NOW - timedelta(minutes=30), {"queue": "hate.de"})
    at = naive(NOW.replace(minute=0))
    levels = stocks.levels(frame, ("queue",), [at - timedelta(days=2), at])
    assert levels[("hate.de",)][-1] == told["backlog"][0]
    watch.look(NOW.replace(minute=0) - timedelta(hours=1), frames)
    [row] = Spike.objects.filter(metric="backlog")
    assert "hate.de" in row.where.values() or row.where == {"market": "DE", "policy": "hate"}
    assert abs(row.starts_at - stuck) <= timedelta(hours=3)
    assert row.value > 2 * row.expected
    found = queries.found_of(row)
    assert found is not None
    gap = found.slices[0].real - found.slices[0].expected
    assert abs(sum(each.more for each in found.flows) - gap) < 1e-9
    story = ["".join(piece.text for piece in sentence) for sentence in words.story(row, found)]
    [grew] = [text for text in story if "came in (usual" in text]
    gaps = [int(each) for each in re.findall(r"([+-]\d+)\)", grew)]
    assert len(gaps) == 3 and sum(gaps) == round(gap)
    assert " open; usual at that hour" in story[0]
    # Where it is known already what it grows by, the backlog is no case of its own.
    fewer = Spike(metric="solved_manual", where={"queue": "hate.de"}, value=0.0, expected=13.0)
    assert cases.explains(fewer, "backlog") and cases.shares(fewer.where, row.where)
    more = Spike(metric="solved_manual", where={}, value=20.0, expected=13.0)
    assert not cases.explains(more, "backlog") and not cases.shares({"queue": "spam.es"}, row.where)
