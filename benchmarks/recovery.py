"""After kill -9 of everything: how long until a report is acknowledged again, with so many reports in the database.

    python -m benchmarks.recovery [--reports 1000000] [--rounds 3] [--log-mb 0] [--json]

The database is filled by INSERT ... SELECT (items, cases, jobs, decisions, reports) and checkpointed; reports come in over HTTP; then the
keeper, every role and every process of the database die at once, and `serve` is started again. The time runs from that start until
/readyz says 200 and a report is answered 202; a line below says when what was done, as the logs of the keeper and of PostgreSQL have it.
``--log-mb`` writes so much more of PostgreSQL's log before each kill (rows that are changed and changed back), all of it to be replayed
unless a checkpoint came between.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks._served import run
from watchfloor.platform.postgres import Embedded

FILL = """
from benchmarks._floor import CASE, ITEM, id_of, fill, put
from django.db import connection
from watchfloor.review.models import Report
fill(COUNT, min(COUNT, 20_000))
with connection.cursor() as cursor:
    put(cursor, Report, COUNT, {
        "id": id_of("01900005-0000-7000-8000-"), "case_id": id_of(CASE), "item_id": id_of(ITEM), "source": "'bench'",
        "channel": "'user'", "reporter_kind": "'user'", "reporter": "'r' || (n % 5000)",
        "reason_key": "'spam'", "policy_key": "'spam'", "item_version": "md5(n::text)",
        "received_at": "now() - interval '1 day'",
    })
    cursor.execute("ANALYZE review_report")
    cursor.execute("SELECT pg_database_size(current_database())")
    print(cursor.fetchone()[0])
"""


def fall(floor: Any) -> None:
    """Everything dies."""
    keeper = psutil.Process(floor.process.pid)
    family = [keeper, *keeper.children(recursive=True)]
    with suppress(OSError, ValueError, psutil.Error):
        postmaster = psutil.Process(int((Path(floor.home) / "pg" / "postmaster.pid").read_text().split()[0]))
        family += [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        with suppress(psutil.Error):
            process.kill()
    floor.process.wait()


def rise(floor: Any, token: str) -> tuple[float, list[str]]:
    """Seconds from `serve` to ready and the first acknowledged report; what was done when."""
    from tests.crash.harness import Sender

    sender = Sender(floor.port, token, 10_000 + time.monotonic_ns() % 100_000)
    began, at = time.monotonic(), time.time()
    sender.start()
    floor.begin()
    ready = acknowledged = 0.0
    while not (ready and acknowledged):
        now = time.monotonic() - began
        ready = ready or (now if says_ready(floor.port) else 0.0)
        acknowledged = acknowledged or (now if sender.acknowledged else 0.0)
        time.sleep(0.02)
    sender.stop.set()
    sender.join()
    done = [f"{ready:.1f} ready", f"{acknowledged:.1f} acknowledged", *told(floor.home, at)]
    return max(ready, acknowledged), sorted(done, key=lambda line: float(line.split()[0]))


def says_ready(port: int) -> bool:
    """Whether /readyz says 200."""
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def told(home: Path, since: float) -> Iterator[str]:
    """What the keeper and PostgreSQL logged since then: seconds, words."""
    for line in (home / "log" / "serve.jsonl").read_text().splitlines():
        entry = json.loads(line)
        after = datetime.fromisoformat(entry["time"]).timestamp() - since
        if after > 0:
            yield f"{after:.1f} {entry['message'].splitlines()[0]}"
    for line in (home / "log" / "postgres.log").read_text(errors="replace").splitlines():
        found = re.match(r"([\d-]+ [\d:.]+) UTC \[\d+\] LOG:  ((?:redo|syncing|checkpoint|database system).*)", line)
        if found:
            after = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp() - since
            if after > 0:
                yield f"{after:.1f} PostgreSQL: {found[2]}"


def write_log(home: Path, megabytes: float) -> None:
    """So much of PostgreSQL's log."""
    with psycopg.connect(Embedded(home).dsn(user="postgres"), autocommit=True) as database:
        began = database.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0]
        for turn in range(1_000):
            written = database.execute("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", [began]).fetchone()[0]
            if written >= megabytes * 1e6:
                return
            database.execute(
                "UPDATE items_item SET market = market WHERE external_id = ANY (SELECT 'b' || n FROM generate_series(%s::int, %s::int) n)",
                [turn * 10_000, turn * 10_000 + 10_000],
            )


def recovery(floor: Any, token: str, reports: int, rounds: int, log_mb: float) -> dict[str, Any]:
    """Fill, then fall and rise again and again."""
    from tests.crash.harness import Sender

    took: list[float] = []
    lines: list[list[str]] = []
    size = int(floor.python(f"COUNT = {reports}\n{FILL}").split()[-1])
    with psycopg.connect(Embedded(floor.home).dsn(user="postgres"), autocommit=True) as database:
        database.execute("CHECKPOINT")  # filling is no ordinary work: its log is not what is replayed
    for _ in range(rounds):
        senders = [Sender(floor.port, token, time.monotonic_ns() % 100_000 + number) for number in range(4)]
        for sender in senders:
            sender.start()
        write_log(floor.home, log_mb)
        time.sleep(5)
        fall(floor)
        for sender in senders:
            sender.stop.set()
        seconds, done = rise(floor, token)
        took.append(seconds)
        lines.append(done)
    return {
        "reports": reports, "database_mb": round(size / 1e6), "seconds": [round(each, 1) for each in took],
        "median_s": round(statistics.median(took), 1), "done": lines, "cores": os.cpu_count(),
    }  # fmt: skip


def tell(found: dict[str, Any]) -> Iterator[str]:
    """In lines."""
    yield (
        f"{found['reports']:,} reports ({found['database_mb']:,} MB): served again after {found['seconds']} s, "
        f"median {found['median_s']} s; {found['machine']}"
    )
    yield "  what was done in the last round, seconds after the start:"
    for line in found["done"][-1]:
        yield f"  {line}"


if __name__ == "__main__":
    run(recovery, tell, reports=1_000_000, rounds=3, log_mb=0.0)
