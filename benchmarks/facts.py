"""What flattening costs and what it buys: export rate, and the KPI page over Parquet against the same numbers from the ledger's table.

    python -m benchmarks.facts [--events 1000000] [--times 10] [--rounds 3]

One embedded PostgreSQL in a temporary folder is filled with the events of a fortnight (opened, ready, leased, decided, decision,
closed: six a case; 12 queues, 8 markets, 3 vendors, from a seed). The exporter flattens them; then the page's queries run over the
facts as files and as held by the process, and the rival asks PostgreSQL's table (index on type and time, JSON fields) for the
same eight numbers by day and by queue. With ``--times`` the facts are copied that often to show how the files scale.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

END = datetime(2026, 11, 16, tzinfo=UTC)
DAYS = 14
METRICS = ("incoming_manual", "solved_manual", "aas", "aas_p50", "aas_p90", "aht", "aht_p50", "aht_p90")

FILL = """
INSERT INTO ledger_event (id, type, at, actor, on_behalf, reason, subject, case_id, item_version, data, changes)
SELECT md5(c || '-' || k)::uuid, (ARRAY['case.opened','job.ready','job.leased','job.decided','decision.made','case.closed'])[k],
  timestamptz '2026-11-02 00:00Z' + make_interval(secs => c * {pace} + (k > 2)::int * 600 + (k > 3)::int * w), 'user:' || r, '', '',
  (ARRAY['case','job','job','job','decision','case'])[k] || ':' || md5(c || 's' || k / 2)::uuid, md5('c' || c)::uuid, '',
  jsonb_build_object('queue', 'queue-' || c % 12, 'market', 'M' || c % 8, 'policy', 'policy-' || c % 12, 'severity', c % 4,
    'channel', 'user', 'language', 'en', 'kind', 'review', 'cause', 'new', 'vendor', 'vendor-' || c % 3, 'reviewer', 'user:' || r,
    'allowed_ms', 3600000, 'solves', true, 'active_total_ms', w * 1000, 'active_ms', w * 1000, 'age_ms', (600 + w) * 1000,
    'how', 'manual', 'verdict', 'clean', 'origin', 'human'), '[]'
FROM (SELECT c, 5 + (c * 7919) % 120 AS w, c % 200 AS r FROM generate_series(0, {cases} - 1) c) s, generate_series(1, 6) k ORDER BY c, k
"""
LEAVES = """
INSERT INTO ledger_leaf (number, event_id, hash)
SELECT row_number() OVER (ORDER BY ordinal) - 1, id, '\\x00' FROM ledger_event"""
IN_POSTGRES = """
SELECT {key}, count(*) FILTER (WHERE type = 'job.ready' AND data->>'cause' IN ('new', 'reopened')),
  count(*) FILTER (WHERE {solved}), avg((data->>'age_ms')::bigint) FILTER (WHERE {solved}),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY (data->>'age_ms')::bigint) FILTER (WHERE {solved}),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY (data->>'age_ms')::bigint) FILTER (WHERE {solved}),
  avg((data->>'active_total_ms')::bigint) FILTER (WHERE type = 'job.decided'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY (data->>'active_total_ms')::bigint) FILTER (WHERE type = 'job.decided'),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY (data->>'active_total_ms')::bigint) FILTER (WHERE type = 'job.decided')
FROM ledger_event WHERE type IN ('job.ready', 'job.decided') AND at >= %s AND at < %s GROUP BY 1
"""
SOLVED = "type = 'job.decided' AND (data->>'solves')::boolean"


def timed(work: Callable[[], Any], rounds: int) -> float:
    """Median seconds of some rounds."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def fill(events: int) -> None:
    """The ledger of a fortnight."""
    from django.db import connection

    cases = events // 6
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(cases=cases, pace=DAYS * 86_400 / cases))
        cursor.execute(LEAVES)
        cursor.execute("ANALYZE ledger_event, ledger_leaf")


def export() -> tuple[int, float]:
    """Everything, in the loop's own portions; events and seconds."""
    from watchfloor.insight import facts

    started, total = time.perf_counter(), 0
    while taken := facts.export():
        total += taken
    return total, time.perf_counter() - started


def page() -> None:
    """The eight numbers of the span, by day and by queue, without any answer kept from before."""
    from watchfloor.identity.domain import system
    from watchfloor.insight import catalogue, lake, queries

    lake.lake().answers.clear()
    span = queries.Span(start=END - timedelta(days=DAYS), end=END)
    queries.series(system("bench"), span, [catalogue.metric(key) for key in METRICS])
    queries.split(system("bench"), span, ("queue",), metrics=METRICS)


def rival() -> None:
    """The same from the ledger's table."""
    from django.db import connection

    with connection.cursor() as cursor:
        for key in ("date_trunc('day', at)", "data->>'queue'"):
            cursor.execute(IN_POSTGRES.format(key=key, solved=SOLVED), [END - timedelta(days=DAYS), END])
            cursor.fetchall()


def whole_page() -> None:
    """All metrics of the catalogue with series and split, as /insight shows them."""
    from watchfloor.identity.domain import system
    from watchfloor.insight import lake, queries
    from watchfloor.insight.pages import SPLIT_METRICS

    lake.lake().answers.clear()
    span = queries.Span(start=END - timedelta(days=7), end=END)
    queries.kpis(system("bench"), span)
    queries.split(system("bench"), span, ("queue",), metrics=SPLIT_METRICS)


def multiply(times: int) -> None:
    """Copies of all files with leaves and ids of their own."""
    from watchfloor.insight import facts, lake
    from watchfloor.insight.models import FactCursor, FactFile

    size = facts.exported_leaf()
    for copy in range(1, times):
        for entry in list(FactFile.objects.filter(replaced_at__isnull=True, last__lt=size)):
            path = Path(entry.path).with_name(
                f"f-{entry.first + copy * size:012d}-{entry.last + copy * size:012d}.parquet"
            )
            lake.lake().database.execute(
                f"COPY (SELECT * REPLACE (leaf + {copy * size} AS leaf, case_id || '-{copy}' AS case_id, job_id || '-{copy}' AS "
                f"job_id) FROM read_parquet('{facts.folder() / entry.path}', hive_partitioning = false)) TO "
                f"'{facts.folder() / path}' (FORMAT parquet, COMPRESSION zstd)"
            )
            FactFile.objects.create(
                hour=entry.hour,
                first=entry.first + copy * size,
                last=entry.last + copy * size,
                rows=entry.rows,
                path=str(path),
            )
    FactCursor.objects.update(leaf=size * times)


def main(arguments: list[str]) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="watchfloor-facts-") as home:
        os.environ["WATCHFLOOR_HOME"] = home
        os.environ.pop("DATABASE_URL", None)
        from watchfloor.platform.postgres import Embedded

        server = Embedded(Path(home))
        server.start()
        try:
            measure(options.events, options.times, options.rounds)
        finally:
            server.stop()


def measure(events: int, times: int, rounds: int) -> None:
    """The rows of the table."""
    from watchfloor.console import prepare

    prepare.django(migrate=True)
    from watchfloor.insight import facts, lake

    fill(events)
    count, seconds = export()
    facts.compact(10_000)
    size = sum(Path(name).stat().st_size for name in facts.files()) / count
    table = timed(rival, rounds)
    page()  # the held copy is made once for each export; the rival's cache is warm too
    held = timed(page, rounds)
    whole_held = timed(whole_page, rounds)
    lake.HOT_ROWS = 0
    lake.forget()
    filed = timed(page, rounds)
    print(f"{count:,} events of 14 days, 12 queues, 8 markets, 3 vendors; median of {rounds}\n")
    print(f"{'':58}{'s':>9}{'ratio':>9}")
    print(f"{f'export to Parquet ({count / seconds:,.0f} events/s, {size:.0f} bytes each)':58}{seconds:9.2f}")
    print(f"{'8 metrics by day and by queue, PostgreSQL ledger table':58}{table:9.3f}{1:9.1f}")
    print(f"{'same, facts as Parquet files':58}{filed:9.3f}{table / filed:9.1f}")
    print(f"{'same, facts held by the process':58}{held:9.3f}{table / held:9.1f}")
    print(f"{'whole KPI page (all metrics, comparison, split), held':58}{whole_held:9.3f}")
    if times > 1:
        multiply(times)
        print(f"\n{count * times:,} facts, as Parquet files\n")
        print(f"{'8 metrics by day and by queue':58}{timed(page, rounds):9.3f}")
        print(f"{'whole KPI page (all metrics, comparison, split)':58}{timed(whole_page, 1):9.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
