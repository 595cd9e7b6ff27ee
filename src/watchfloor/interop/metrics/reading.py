"""What the installation is like now: read from the database in a few short questions, the disk, and what processes counted themselves.

No market is a label, and a queue only where anybody on the floor may know of it: restricted ones are one, called "restricted".
Each question stands alone: one that fails or takes too long costs its own figures, and says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import django.db
from django.conf import settings
from django.db import connection, transaction

from watchfloor import __version__
from watchfloor.interop.metrics.text import Family, Sample, histogram
from watchfloor.kernel import clock
from watchfloor.platform import meters

PATIENCE_MS: Final = 2_000
_HELP: Final = {
    "watchfloor_http_request_duration_seconds": "How long answers took, by what they are of.",
    "watchfloor_intake_rows_total": "Reports and events that were taken in, after their commit.",
    "watchfloor_loop_failures_total": "Times that a worker's loop failed.",
    "watchfloor_loop_last_success_timestamp_seconds": "When a worker's loop last came to its end.",
    "watchfloor_loop_pause_seconds": "How long a worker's loop rests when there is nothing to do.",
    "watchfloor_deliveries_total": "Messages tried, by what came of it.",
}
_OPEN_JOBS: Final = """
SELECT CASE WHEN j.clearance <> '' OR coalesce(q.clearance, '') <> '' THEN 'restricted' ELSE j.queue_key END AS queue, j.state,
    count(*), count(*) FILTER (WHERE j.due_at < %(now)s), extract(epoch FROM %(now)s - min(j.opened_at)),
    count(*) FILTER (WHERE j.state = 'leased' AND j.lease_until < %(now)s)
FROM review_job j LEFT JOIN review_queue q ON q.key = j.queue_key WHERE j.state IN ('ready', 'leased', 'waiting')
GROUP BY 1, 2 ORDER BY 1, 2
"""


def families() -> list[Family]:
    """Everything there is to say."""
    found: list[Family] = [
        Family("watchfloor_build_info", "gauge", "The version that runs.", [Sample({"version": __version__}, 1)])
    ]
    told = []
    readers: dict[str, Callable[[], Iterator[Family]]] = {
        "processes": processes, "disk": disk, "intake": intake, "ledger": ledger, "outbox": outbox, "jobs": jobs, "database": database,
    }  # fmt: skip
    for name, read in readers.items():
        try:
            with transaction.atomic():
                _run(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
                found += list(read())
            told.append(Sample({"part": name}, 1))
        except (django.db.Error, OSError):
            told.append(Sample({"part": name}, 0))
    return [*found, Family("watchfloor_read_success", "gauge", "1: the figures of this part are there.", told)]


def _one(name: str, what: str, value: float) -> Family:
    return Family(name, "gauge", what, [Sample({}, value)])


def _by(name: str, label: str, what: str, values: Iterable[tuple[str, float]]) -> Family:
    return Family(name, "gauge", what, [Sample({label: each}, value) for each, value in values])


def processes() -> Iterator[Family]:
    """What the processes of this machine counted."""
    all_ = meters.collect(Path(settings.HOME))
    by_name: dict[str, tuple[str, list[Sample]]] = {}
    for kind, sums in (("counter", all_.sums.counters), ("gauge", all_.sums.gauges)):
        for key, value in sorted(sums.items()):
            name, labels = meters.split(key)
            by_name.setdefault(name, (kind, []))[1].append(Sample(labels, value))
    for key, parts in sorted(all_.sums.histograms.items()):
        name, labels = meters.split(key)
        by_name.setdefault(name, ("histogram", []))[1].extend(histogram(labels, meters.BUCKETS, parts))
    for name, (kind, samples) in sorted(by_name.items()):
        yield Family(name, kind, _HELP.get(name, name), samples)
    alive = sorted(all_.alive.items())
    yield _by(
        "watchfloor_processes", "role", "Processes that run, by role.", ((role, many) for role, (many, _m) in alive)
    )
    memory = ((role, size) for role, (_n, size) in alive)
    yield _by("watchfloor_resident_memory_bytes", "role", "Memory of the processes of a role.", memory)


def disk() -> Iterator[Family]:
    """The disk of the data folder."""
    usage = shutil.disk_usage(settings.HOME)
    yield _one("watchfloor_disk_free_bytes", "Room on the disk of the data folder.", usage.free)
    yield _one("watchfloor_disk_size_bytes", "Size of the disk of the data folder.", usage.total)


def intake() -> Iterator[Family]:
    """The spool: how much waits, and how old the oldest is."""
    rows = _run(
        "SELECT state, CASE WHEN lane = 0 THEN 'never_shed' ELSE 'ordinary' END, count(*), extract(epoch FROM %(now)s - min(received_at)) "
        "FROM intake_spool WHERE state IN ('waiting', 'streamed', 'quarantined') GROUP BY 1, 2 ORDER BY 1, 2"
    )
    samples = [Sample({"state": state, "lane": lane}, many) for state, lane, many, _age in rows]
    yield Family("watchfloor_spool_rows", "gauge", "Rows taken in and not worked yet, by state and lane.", samples)
    ages = {lane: float(age or 0) for state, lane, _n, age in rows if state == "waiting"}
    lag = ((lane, max(0.0, ages.get(lane, 0.0))) for lane in ("never_shed", "ordinary"))
    yield _by(
        "watchfloor_spool_oldest_age_seconds",
        "lane",
        "Age of the oldest row that waits to be worked: the drain's lag.",
        lag,
    )


def ledger() -> Iterator[Family]:
    """How far the sequencer and the facts are behind."""
    [(waiting, age)] = _run(
        "SELECT count(*), extract(epoch FROM %(now)s - min(e.at)) FROM (SELECT event_id FROM ledger_pending LIMIT 100000) p "
        "JOIN ledger_event e ON e.id = p.event_id"
    )
    [(leaves,)] = _run("SELECT coalesce(max(number) + 1, 0) FROM ledger_leaf")
    [(exported,)] = _run("SELECT coalesce(max(leaf), 0) FROM insight_cursor")
    yield Family("watchfloor_ledger_events_total", "counter", "Events in the Merkle log.", [Sample({}, leaves)])
    yield _one(
        "watchfloor_ledger_pending_events", "Committed events that are not in the log yet, up to 100,000.", waiting
    )
    lag = max(0.0, float(age or 0))
    yield _one("watchfloor_ledger_oldest_pending_age_seconds", "Age of the oldest of them: the sequencer's lag.", lag)
    yield _one("watchfloor_facts_pending_events", "Events in the log that are no facts yet.", max(0, leaves - exported))


def outbox() -> Iterator[Family]:
    """What the outside has not heard of yet."""
    rows = _run(
        "SELECT state, count(*), extract(epoch FROM %(now)s - min(created_at)) FROM ledger_outbox "
        "WHERE state IN ('pending', 'failed') GROUP BY 1"
    )
    known = {state: (many, float(age or 0)) for state, many, age in rows}
    [(dead,)] = _run("SELECT count(*) FROM enforcement_delivery WHERE state = 'dead'")
    counts = [(state, known.get(state, (0, 0.0))[0]) for state in ("pending", "failed")]
    what = "Messages that no endpoint has confirmed yet; dead: deliveries that were given up and may be replayed."
    yield _by("watchfloor_outbox_messages", "state", what, [*counts, ("dead", dead)])
    oldest = max((age for _many, age in known.values()), default=0.0)
    yield _one(
        "watchfloor_outbox_oldest_age_seconds", "Age of the oldest message that is not confirmed.", max(0.0, oldest)
    )


def jobs() -> Iterator[Family]:
    """Open jobs by queue and state; restricted queues are one."""
    rows = _run(_OPEN_JOBS)
    samples = [Sample({"queue": queue, "state": state}, many) for queue, state, many, *_ in rows]
    yield Family(
        "watchfloor_jobs", "gauge", "Open jobs by queue and state; restricted queues are summed as one.", samples
    )
    sums: dict[str, list[float]] = {}
    for queue, _state, _n, late, age, lapsed in rows:
        kept = sums.setdefault(queue, [0, 0.0, 0])
        kept[0], kept[1], kept[2] = kept[0] + late, max(kept[1], float(age or 0)), kept[2] + lapsed
    overdue = ((queue, found[0]) for queue, found in sums.items())
    yield _by("watchfloor_jobs_overdue", "queue", "Open jobs whose due time has passed.", overdue)
    oldest = ((queue, max(0.0, found[1])) for queue, found in sums.items())
    yield _by("watchfloor_jobs_oldest_age_seconds", "queue", "Age of the oldest open job.", oldest)
    over = sum(found[2] for found in sums.values())
    yield _one("watchfloor_leases_lapsed", "Leases past their end that nobody took back yet.", over)


def database() -> Iterator[Family]:
    """The database: its connections and size."""
    rows = _run(
        "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1 ORDER BY 1"
    )
    [(most, size)] = _run("SELECT current_setting('max_connections')::int, pg_database_size(current_database())")
    counts = [(state, many) for state, many in rows]
    yield _by("watchfloor_database_connections", "state", "Connections to the database, by state.", counts)
    yield _one("watchfloor_database_connections_limit", "Connections that the database takes at most.", most)
    yield _one("watchfloor_database_size_bytes", "Size of the database.", size)


def _run(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": clock.now()} if "%(now)s" in sql else None)
        return cursor.fetchall() if cursor.description else []
