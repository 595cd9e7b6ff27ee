"""Random histories: the flow identity holds, and each metric equals a query written another way, in another engine (SQLite)."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.second_sql import Second
from tests.unit.insight.history import MONDAY, History, played
from tests.unit.insight.test_metrics import measure

from watchfloor.insight import catalogue, flow
from watchfloor.insight.compile import Ask
from watchfloor.insight.flatten import naive

histories = st.lists(st.integers(0, 582 * 5000), min_size=1, max_size=60).map(played)


def open_at(history: History, moment: object) -> dict[str, int]:
    """The backlog by queue, by walking through the events."""
    where: dict[str, str] = {}
    for event in history.events:
        if event.at >= moment:  # type: ignore[operator]
            continue
        if event.type == "job.ready":
            where[event.subject] = event.data["queue"]
        elif event.type == "job.transferred":
            where[event.subject] = event.data["to_queue"]
        elif event.type in ("job.decided", "job.cancelled"):
            del where[event.subject]
    return {queue: list(where.values()).count(queue) for queue in set(where.values())}


@settings(max_examples=10, deadline=None)
@given(histories, st.lists(st.integers(0, 4), min_size=3, max_size=9))
def test_late_and_out_of_order_exports_change_nothing(history: History, order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert flow.hours(history.files(Path(folder), order)) == flow.hours(history.file(Path(folder)))


@settings(max_examples=int(os.environ.get("WATCHFLOOR_FLOW_EXAMPLES", "30")), deadline=None)
@given(histories)
def test_the_flow_identity_holds_in_every_hour_and_is_the_backlog(history: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hours = flow.hours(history.file(Path(folder)))
    assert [each for each in hours if each.gap] == []
    for each in hours:
        assert each.after == open_at(history, each.hour.replace(tzinfo=MONDAY.tzinfo) + timedelta(hours=1)).get(
            each.queue, 0
        )


@settings(max_examples=15, deadline=None)
@given(histories, st.data())
def test_a_doubled_or_lost_event_breaks_the_identity(history: History, data: st.DataObject) -> None:
    moves = [e for e in history.events if e.type in ("job.decided", "job.cancelled", "job.transferred")]
    if not moves:
        return
    victim = data.draw(st.sampled_from(moves))
    broken = History()
    for event in history.events:
        for _ in range(2 if event is victim else 1):
            broken.events.append(event)
    broken.events = [_renumbered(event, place) for place, event in enumerate(broken.events)]
    with tempfile.TemporaryDirectory() as folder:
        assert any(each.gap for each in flow.hours(broken.file(Path(folder))))


def _renumbered(event: object, place: int) -> object:
    import msgspec

    return msgspec.structs.replace(event, leaf=place)  # type: ignore[type-var]


@pytest.mark.parametrize("theme", list(catalogue.THEMES))
@settings(max_examples=int(os.environ.get("WATCHFLOOR_NUMBERS_EXAMPLES", "4")), deadline=None)
@given(history=histories, day=st.integers(0, 3))
def test_every_metric_equals_a_query_written_apart(theme: str, history: History, day: int) -> None:
    start = MONDAY + timedelta(days=day)
    end, now = start + timedelta(days=1), history.now + timedelta(days=1)
    second = Second(history.facts())
    with tempfile.TemporaryDirectory() as folder:
        files = history.file(Path(folder))
        for key, metric in catalogue.shipped().items():
            if metric.theme == theme:
                expected = second.ask(key, naive(start), naive(end), naive(now))
                ours = measure(key, files, Ask(start=naive(start), end=naive(end), asof=naive(now)))
                assert ours == (None if expected is None else pytest.approx(expected)), key
