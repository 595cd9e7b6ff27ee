"""Fifty reviewers at one queue of 100,000 jobs: what our claim costs beside the bare one-statement SQL loop.

    python -m benchmarks.claims [--jobs 100000] [--reviewers 50] [--processes 5] [--seconds 8] [--json]

Both ways take the most urgent ready job by UPDATE ... FOR UPDATE SKIP LOCKED, durably (fsync on), then free the hand by the same bare
UPDATE, and go on. Bare is psycopg on a connection per reviewer and nothing else; ours is ``review.actions.claim``: roster and
scopes asked, one lease per person, ledger event written. The third way is whole work, claim and decide. Every job taken is
remembered: the run fails if one was handed out twice. Only indicative on a busy machine; read the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

BARE = """UPDATE review_job SET state = 'leased', lease_holder = %s, lease_token = lease_token + 1, lease_until = now() + interval '300 s'
WHERE id = (SELECT id FROM review_job WHERE queue_key = 'spam.en' AND state = 'ready'
            ORDER BY priority DESC, due_at, id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id"""
FREE = "UPDATE review_job SET state = 'decided' WHERE id = %s"


def bare(connection: Any) -> Callable[[], float | None]:
    """One turn of the bare loop."""
    holder = uuid.uuid4()

    def turn() -> tuple[float, str]:
        started = time.perf_counter()
        [row] = connection.execute(BARE, [holder]).fetchall()
        spent = time.perf_counter() - started
        connection.execute(FREE, [row[0]])
        return spent, str(row[0])

    return turn  # type: ignore[return-value]


def ours(connection: Any, *, decide: bool) -> Callable[[], float | None]:
    """One turn through the public functions."""
    from tests.support.floor import CLEAN, someone

    from watchfloor.review import actions

    reviewer = someone()

    def turn() -> tuple[float, str]:
        started = time.perf_counter()
        lease = actions.claim(reviewer, queue="spam.en")
        spent = time.perf_counter() - started
        assert lease is not None
        if decide:
            actions.decide(reviewer, lease.job_id, lease.token, CLEAN)
            spent = time.perf_counter() - started
        else:
            connection.execute(FREE, [lease.job_id])
        return spent, str(lease.job_id)

    return turn  # type: ignore[return-value]


def work(way: str, reviewers: int, seconds: float) -> None:
    """A process of reviewers (threads); prints the times of their turns and the jobs they took."""
    from watchfloor.platform.setup import setup

    setup()
    import psycopg
    from django.db import connection as django_connection

    parameters = django_connection.get_connection_params()
    target = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)}
    times: list[float] = []
    taken: list[str] = []
    gate = threading.Barrier(reviewers)

    def reviewer() -> None:
        with psycopg.connect(**target, autocommit=True) as connection:
            turn: Any = bare(connection) if way == "bare" else ours(connection, decide=way == "decide")
            turn()  # warm
            gate.wait()
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                spent, job = turn()
                times.append(spent)
                taken.append(job)
        django_connection.close()

    threads = [threading.Thread(target=reviewer) for _ in range(reviewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"times": times, "taken": taken}))


def run(way: str, options: argparse.Namespace) -> dict[str, float]:
    """All processes of one way; rate and times in milliseconds."""
    each = options.reviewers // options.processes
    argv = [sys.executable, "-m", "benchmarks.claims", "--work", way, str(each), str(options.seconds)]
    workers = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(options.processes)]
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    times = [spent for each in found for spent in each["times"]]
    taken = [job for each in found for job in each["taken"]]
    if len(set(taken)) != len(taken):
        raise SystemExit(f"{way}: {len(taken) - len(set(taken))} jobs were handed out twice")
    from benchmarks._floor import percentile

    return {
        "rate": len(times) / options.seconds,
        "p50": 1000 * percentile(times, 0.5),
        "p99": 1000 * percentile(times, 0.99),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", nargs=3)
    options = parser.parse_args()
    if options.work:
        way, reviewers, seconds = options.work
        work(way, int(reviewers), float(seconds))
        return
    from benchmarks._floor import database, fill

    ways = {"bare": "bare one-statement SQL", "claim": "claim", "decide": "claim and decide"}
    with database():
        fill(options.jobs, options.jobs)
        found = {way: run(way, options) for way in ways}
    ratios = {f"{way}_to_bare": found[way]["rate"] / found["bare"]["rate"] for way in ("claim", "decide")}
    if options.json:
        print(json.dumps({**found, **ratios}, indent=2))
        return
    print(f"{options.jobs:,} ready jobs in one queue, {options.reviewers} reviewers in {options.processes} processes, "
          f"{os.cpu_count()} cores, fsync on; no job was handed out twice")  # fmt: skip
    for way, name in ways.items():
        row = found[way]
        print(f"  {name:<26} {row['rate']:>8,.0f}/s   p50 {row['p50']:>7.1f} ms   p99 {row['p99']:>7.1f} ms")
    print("  ratio of rates, 1 is as fast as the bare loop:")
    print(f"    claim : bare             {ratios['claim_to_bare']:>8.3f}")
    print(f"    claim and decide : bare  {ratios['decide_to_bare']:>8.3f}")


if __name__ == "__main__":
    main()
