"""Working off a backlog: reports a second from the spool to a routed case, on one worker, durably.

    python -m benchmarks.drain [--reports 3000] [--profile] [--json]

Reports are about new messages of a thousand accounts by two thousand reporters, one in three with words that a rule finds; every tenth
is about a message that was reported before. Beside it the least that must be written for a report (item, version, case, job, report, two
events), as bare statements in one transaction a report-batch of the same size: what the database alone would allow.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import json
import pstats
import time
from typing import Any


def bodies(count: int) -> list[bytes]:
    """So many reports as intake stores them."""
    found = []
    for n in range(count):
        about = n - 7 if n % 10 == 9 else n
        text = "take this down at once" if about % 3 == 0 else f"hello, message number {about} of this talk"
        found.append(json.dumps({
            "item": {"type": "message", "id": f"m{about}", "data": {"text": text, "author_id": f"a{about % 1000}"},
                     "author": {"type": "account", "id": f"a{about % 1000}"}},
            "reason": "spam", "reporter": {"kind": "user", "id": f"r{n % 2000}"}, "channel": "user",
        }).encode())  # fmt: skip
    return found


def spool(rows: list[bytes]) -> None:
    """Accepted, waiting."""
    from watchfloor.intake.models import Spooled
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id

    now = clock.now()
    Spooled.objects.bulk_create([
        Spooled(id=new_id(), kind="report", source="benchmark", body_hash=hashlib.sha256(body).digest(), received_at=now, body=body)
        for body in rows
    ])  # fmt: skip


def least(count: int, batch: int) -> float:
    """Seconds in which bare statements write seven rows a report, a commit each ``batch`` reports."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_least (id uuid PRIMARY KEY, kind text, about uuid, at timestamptz, data jsonb)"
        )
        cursor.execute("CREATE INDEX ON bench_least (about, at)")
    raw: Any = connection.connection
    started = time.perf_counter()
    for first in range(0, count, batch):
        with raw.transaction(), raw.cursor() as cursor:
            for _ in range(min(batch, count - first)):
                for kind in ("item", "version", "case", "job", "report", "event", "event"):
                    cursor.execute(
                        "INSERT INTO bench_least VALUES (gen_random_uuid(), %s, gen_random_uuid(), now(), %s)",
                        [kind, '{"text": "some sixty characters of what such a row holds in its columns"}'],
                    )
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=3000)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database

    with database():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from watchfloor.intake.drain import drain

        rows = bodies(options.reports + 400)
        spool(rows[:200])
        drain(200)  # warm: rules are compiled, statements prepared
        spool(rows[200:300])
        with CaptureQueriesContext(connection) as seen:
            drain(100)
        statements = len(seen) / 100
        spool(rows[400:])
        profile = cProfile.Profile() if options.profile else None
        started, busy, done = time.perf_counter(), time.process_time(), 0
        if profile:
            profile.enable()
        while worked := drain():
            done += worked
        if profile:
            profile.disable()
        spent, busy = time.perf_counter() - started, time.process_time() - busy
        bare = least(done, 200)
        if profile:
            pstats.Stats(profile).sort_stats("cumtime").print_stats(70)
    found = {
        "reports": done, "reports_per_second": done / spent, "cpu_ms_per_report": 1000 * busy / done,
        "statements_per_report": statements, "bare_per_second": done / bare, "share_of_bare": bare / spent,
    }  # fmt: skip
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"  {name:<24} {value:>10.2f}")


if __name__ == "__main__":
    main()
