"""After kill -9 of everything: how long until a report is acknowledged again, with so many reports in the database.

    python -m benchmarks.recovery [--reports 1000000] [--rounds 3] [--json]

The database is filled by INSERT ... SELECT (items, cases, jobs, decisions, reports) and checkpointed; reports come in over HTTP; then the
keeper, every role and every process of the database die at once, and `serve` is started again. The time runs from that start to the first
202.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks._served import machine, served
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


def rise(floor: Any, token: str) -> float:
    """Seconds from `serve` to the first acknowledged report."""
    from tests.crash.harness import Sender

    sender = Sender(floor.port, token, 10_000 + time.monotonic_ns() % 100_000)
    began = time.monotonic()
    sender.start()
    floor.start()
    while not sender.acknowledged:
        time.sleep(0.01)
    took = time.monotonic() - began
    sender.stop.set()
    sender.join()
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from tests.crash.harness import Sender

    took = []
    with served(PYTHONPATH="src:.") as (floor, token):
        size = int(floor.python(f"COUNT = {options.reports}\n{FILL}").split()[-1])
        with psycopg.connect(Embedded(floor.home).dsn(user="postgres"), autocommit=True) as database:
            database.execute("CHECKPOINT")  # filling is no ordinary work: its log is not what is replayed
        for _ in range(options.rounds):
            senders = [Sender(floor.port, token, time.monotonic_ns() % 100_000 + number) for number in range(4)]
            for sender in senders:
                sender.start()
            time.sleep(5)
            fall(floor)
            for sender in senders:
                sender.stop.set()
            took.append(rise(floor, token))
    found = {
        "reports": options.reports, "database_mb": round(size / 1e6), "seconds": [round(each, 1) for each in took],
        "median_s": round(statistics.median(took), 1), "cores": os.cpu_count(), "machine": machine(),
    }  # fmt: skip
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{found['reports']:,} reports ({found['database_mb']:,} MB): served again after {found['seconds']} s, "
        f"median {found['median_s']} s; {found['machine']}"
    )


if __name__ == "__main__":
    main()
