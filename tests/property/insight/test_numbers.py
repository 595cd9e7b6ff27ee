"""Random histories: the flow identity holds, and each metric equals a query written another way, in another engine (SQLite)."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.insight.history import MONDAY, History, played
from tests.unit.insight.test_metrics import measure

from watchfloor.insight import flow
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


@settings(max_examples=40, deadline=None)
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


# The same numbers, asked of the raw events in SQLite with sub-queries instead of windows. :a and :b bound the span in ms.
IN_SQLITE = {
    "incoming_total": "SELECT count(*) FROM e WHERE type LIKE 'case.%opened' AND at >= :a AND at < :b",
    "incoming_manual": "SELECT count(*) FROM e WHERE type = 'job.ready' AND cause IN ('new','reopened') AND at >= :a AND at < :b",
    "solved_manual": "SELECT count(*) FROM e WHERE type = 'case.closed' AND at >= :a AND at < :b",
    "solved_items": "SELECT count(DISTINCT case_id) FROM e WHERE type = 'case.closed' AND at >= :a AND at < :b",
    "aas": "SELECT avg(age_ms) FROM e WHERE type = 'case.closed' AND at >= :a AND at < :b",
    "aht": "SELECT 1.0 * sum(active_total_ms) / count(*) FROM e WHERE type = 'job.decided' AND at >= :a AND at < :b",
    "transferred_in": "SELECT count(to_queue) FROM e WHERE at >= :a AND at < :b",
    "backlog": """SELECT count(*) FROM e r WHERE type = 'job.ready' AND at < :b AND NOT EXISTS (
        SELECT 1 FROM e d WHERE d.subject = r.subject AND d.type IN ('job.decided','job.cancelled') AND d.at < :b)""",
    "backlog_age_max": """SELECT max(:b - (SELECT max(at) FROM e c WHERE c.case_id = r.case_id AND c.type LIKE 'case.%opened'
            AND c.n < r.n))
        FROM e r WHERE type = 'job.ready' AND at < :b AND NOT EXISTS (
        SELECT 1 FROM e d WHERE d.subject = r.subject AND d.type IN ('job.decided','job.cancelled') AND d.at < :b)""",
    "breaches": """SELECT count(*) FROM e r WHERE type = 'job.ready' AND at + allowed_ms >= :a AND at + allowed_ms < :b
        AND at + allowed_ms <= :now AND NOT EXISTS (SELECT 1 FROM e d WHERE d.subject = r.subject
            AND d.type IN ('job.decided', 'job.cancelled') AND d.at <= r.at + r.allowed_ms)""",
    "sla_completed": """SELECT avg(d.at <= r.at + r.allowed_ms) FROM e d JOIN e r ON r.subject = d.subject AND r.type = 'job.ready'
        WHERE d.type = 'job.decided' AND d.at >= :a AND d.at < :b""",
    "reopen_rate": """SELECT avg(EXISTS (SELECT 1 FROM e o WHERE o.case_id = c.case_id AND o.type = 'case.reopened' AND o.n > c.n
            AND o.at <= c.at + 604800000))
        FROM e c WHERE type = 'case.closed' AND at >= :a AND at < :b""",
    "skip_rate": """SELECT 1.0 * sum(type = 'job.released') / nullif(sum(type = 'job.leased'), 0) FROM e
        WHERE at >= :a AND at < :b""",
}  # fmt: skip


@pytest.mark.parametrize("key", list(IN_SQLITE))
@settings(max_examples=12, deadline=None)
@given(history=histories, day=st.integers(0, 3))
def test_a_metric_equals_an_independent_query(key: str, history: History, day: int) -> None:
    start = MONDAY + timedelta(days=day)
    end, now = start + timedelta(days=1), history.now + timedelta(days=1)
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE e (n, type, at, subject, case_id, cause, age_ms, active_total_ms, allowed_ms, to_queue)"
    )
    names = ("cause", "age_ms", "active_total_ms", "allowed_ms", "to_queue")
    database.executemany(
        "INSERT INTO e VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(e.leaf, e.type, ms(e.at), e.subject, e.case_id, *(e.data.get(n) for n in names)) for e in history.events],
    )
    stock = key.startswith("backlog")
    found = database.execute(IN_SQLITE[key], {"a": ms(start), "b": ms(min(end, now) if stock else end), "now": ms(now)})
    with tempfile.TemporaryDirectory() as folder:
        ours = measure(key, history.file(Path(folder)), Ask(start=naive(start), end=naive(end), asof=naive(now)))
    expected = found.fetchone()[0]
    assert ours == (None if expected is None else pytest.approx(expected))


def ms(moment: object) -> int:
    return int(moment.timestamp() * 1000)  # type: ignore[attr-defined]
