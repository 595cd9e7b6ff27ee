"""What the ledger's facts say for staffing: items by queue and hour, times of work, who was there. Restricted work is left out.

Of persons only spans of presence are read, and nothing but sums of teams leaves this package.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from watchfloor.engines.staffing.calibration import Handled
from watchfloor.engines.staffing.calibration.presence import PLANNED, UNPLANNED, WORK
from watchfloor.insight import lake
from watchfloor.insight.compile import PLACE, Query
from watchfloor.insight.flatten import naive

_OPEN = "coalesce(clearance, '') = '' AND moment >= $start AND moment < $end"
_CAME = f"""
    SELECT queue, hour, sum(n) FROM (
        SELECT queue, date_trunc('hour', moment) AS hour, 1 AS n FROM {PLACE} WHERE type IN ('job.ready', 'job.transferred') AND {_OPEN}
        UNION ALL
        SELECT from_queue, date_trunc('hour', moment), -1 FROM {PLACE} WHERE type = 'job.transferred' AND {_OPEN}
    ) WHERE queue IS NOT NULL GROUP BY ALL ORDER BY ALL"""
_DUE = f"""
    SELECT queue, median(epoch(due_at) - epoch(moment)), count(*) FROM {PLACE}
    WHERE type = 'job.ready' AND queue IS NOT NULL AND due_at IS NOT NULL AND {_OPEN} GROUP BY ALL ORDER BY ALL"""
_DONE = f"""
    SELECT queue, coalesce(active_total_ms, active_ms) / 1000.0, coalesce(tenure, ''), coalesce(vendor, ''), coalesce(severity, 0), moment
    FROM {PLACE} WHERE type = 'job.decided' AND queue IS NOT NULL AND coalesce(active_total_ms, active_ms, 0) > 0 AND {_OPEN}
    ORDER BY leaf"""
_LEFT = f"""
    SELECT queue, count(*) FILTER (type = 'job.cancelled'),
        sum(coalesce(wait_ms, age_ms, 0)) FILTER (type IN ('job.cancelled', 'job.decided')) / 1000.0, count(*)
    FROM {PLACE} WHERE type IN ('job.cancelled', 'job.decided') AND queue IS NOT NULL AND {_OPEN} GROUP BY ALL ORDER BY ALL"""
_THERE = f"""
    SELECT subject, state, moment, lead(moment) OVER (PARTITION BY subject ORDER BY leaf) AS until
    FROM {PLACE} WHERE type = 'presence.changed' AND moment >= $start AND moment < $end ORDER BY leaf"""
_FIRST = f"SELECT min(moment) FROM {PLACE} WHERE type = 'job.ready'"
_STATES = {"available": WORK, "working": WORK, "break": PLANNED, "stepped_back": UNPLANNED}


class Done(NamedTuple):
    """One job that somebody finished."""

    handled: Handled
    severity: int
    at: datetime


class There(NamedTuple):
    """Somebody was in a state of ``presence.KINDS``."""

    person: str
    state: str
    begin: datetime
    end: datetime


class History(msgspec.Struct, frozen=True, kw_only=True):
    """``came`` by queue and hour; ``due`` and ``patience`` in seconds by queue."""

    came: dict[str, dict[datetime, float]]
    due: dict[str, float]
    patience: dict[str, float]
    done: list[Done]
    there: list[There]


def first() -> datetime | None:
    """When the first job came."""
    rows = lake.answer(Query(_FIRST, {}, "facts"))
    return rows[0][0].replace(tzinfo=UTC) if rows and rows[0][0] is not None else None


def history(start: datetime, end: datetime) -> History:
    """All of ``[start, end)``."""
    came: dict[str, dict[datetime, float]] = {}
    for queue, hour, count in _rows(_CAME, start, end):
        came.setdefault(queue, {})[hour.replace(tzinfo=UTC)] = max(0.0, float(count))
    due = {queue: float(seconds) for queue, seconds, _count in _rows(_DUE, start, end) if seconds}
    patience = {
        queue: waited / left
        for queue, left, waited, many in _rows(_LEFT, start, end)
        if left and waited and left >= 10 and left >= 0.02 * many
    }
    done = [
        Done(
            Handled(queue, float(seconds), tuple(each for each in (tenure, vendor) if each)),
            severity,
            at.replace(tzinfo=UTC),
        )
        for queue, seconds, tenure, vendor, severity, at in _rows(_DONE, start, end)
    ]
    there = []
    for person, state, begin, until in _rows(_THERE, start, end):
        if state in _STATES:
            last = min(until or naive(end), begin + timedelta(hours=12))
            there.append(There(person, _STATES[state], begin.replace(tzinfo=UTC), last.replace(tzinfo=UTC)))
    return History(came=came, due=due, patience=patience, done=done, there=there)


def _rows(sql: str, start: datetime, end: datetime) -> list[tuple]:  # type: ignore[type-arg]
    given = {"start": naive(start), "end": naive(end)}
    return lake.answer(Query(sql, given, "facts"), naive(start), naive(end))
