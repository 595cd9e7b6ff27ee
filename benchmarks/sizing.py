"""What one unit of each kind of work costs: processor time in our process and in PostgreSQL, and what it writes.

    python -m benchmarks.sizing [--events 3000] [--reports 2000] [--decisions 200] [--toml]

Processor time, not the clock: a busy machine makes it a little worse, not many times. Events and reports come in over HTTP to a real
web process (single, and a hundred at a time), are worked by the drain with one rule on, sequenced into the ledger, flattened into the
lake; reviewers claim and decide through the bench's page and its actions.
Three runs with ``--toml``, put together by ``python -m benchmarks.sizing --join FILE FILE FILE``, are what ``watchfloor size`` computes
from (``engines/sizing/rates.toml``): the least, the middle and the most of each number.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks._floor import database
from benchmarks.report_path import backlog
from benchmarks.stream import accept, prepare

Cost = dict[str, float]


def cpu_of(processes: list[psutil.Process]) -> float:
    total = 0.0
    for each in processes:
        with suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


class Meter:
    """Reads what a stretch of work cost in this process (or another), in PostgreSQL and on disk."""

    def __init__(self) -> None:
        from watchfloor.platform import config
        from watchfloor.platform.postgres import Embedded

        self.home = config.home()
        pid = Embedded(self.home).status().pid
        assert pid is not None
        self.postmaster = pid
        self.found: dict[str, Cost] = {}

    def _disk(self) -> tuple[float, float]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_database_size(current_database())"
            )
            wal, size = cursor.fetchone()
        return float(wal), float(size)

    def _events(self) -> int:
        from watchfloor.ledger.models import Event

        return int(Event.objects.count())

    def read(
        self, name: str, count: int, work: Callable[[], object], of: int | None = None, files: Path | None = None
    ) -> None:
        """Costs of ``work``, which does ``count`` units, in the process ``of`` (this one if none)."""
        ours = tree(of) if of else [psutil.Process()]
        server = {each.pid: each for each in tree(self.postmaster)}
        wal, size = self._disk()
        events = self._events()
        before = cpu_of(ours), cpu_of(list(server.values()))
        work()
        again = {each.pid: each for each in tree(self.postmaster)}
        app = cpu_of(tree(of) if of else ours) - before[0]
        # Servers that began meanwhile count whole; those that ended took theirs along (few: connections are kept).
        rest = cpu_of(list(again.values())) - before[1] + 0.0
        wal_after, size_after = self._disk()
        written = sum(path.stat().st_size for path in files.rglob("*.parquet")) if files and files.exists() else 0
        self.found[name] = {
            "app_ms": 1000 * app / count, "db_ms": max(0.0, 1000 * rest / count), "wal_bytes": (wal_after - wal) / count,
            "row_bytes": max(0.0, (size_after - size) / count), "file_bytes": written / count,
            "ledger_events": (self._events() - events) / count,
        }  # fmt: skip


@contextmanager
def web() -> Iterator[tuple[int, str, int]]:
    """A web process: its pid, a token and its port."""
    from tests.crash.harness import free_port

    from watchfloor.identity import actions
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("bench")) as w:
        _, secret = actions.create_token(
            w, system("bench"), name="", source="bench", permissions=["report.submit", "event.submit", "verdict.ask"]
        )
    port = free_port()
    env = {**os.environ, "WATCHFLOOR_TOKEN_RATE": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "watchfloor", "run", "web", "--port", str(port)], env=env, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            with suppress(OSError):
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                line.request("GET", "/readyz")
                if line.getresponse().status == 200:
                    break
            time.sleep(0.1)
        yield process.pid, secret, port
    finally:
        process.terminate()
        process.wait()


def send(port: int, token: str, kind: str, count: int, batch: int, senders: int = 16) -> None:
    """``count`` rows by ``senders`` at once, ``batch`` in a request."""
    left = iter(range(0, count, batch))
    lock = threading.Lock()
    failed: list[str] = []

    def work() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                first = next(left, None)
            if first is None:
                return
            rows = [row(kind, n, batch) for n in range(first, min(count, first + batch))]
            body = json.dumps({"event": rows[0]} if kind == "verdicts" else rows[0] if batch == 1 else {kind: rows})
            line.request(
                "POST", f"/v1/{kind}", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            )
            answer = line.getresponse()
            text = answer.read()
            if answer.status not in {200, 202}:
                failed.append(f"{answer.status} {text[:300]!r}")
                return

    threads = [threading.Thread(target=work) for _ in range(senders)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failed:
        raise SystemExit(failed[0])


def row(kind: str, number: int, batch: int) -> dict[str, Any]:
    text = "win a prize today " if number % 6 == 0 else f"see you at {number % 24} by the bridge, and bring the papers "
    item = {
        "type": "message",
        "id": f"s{kind[0]}{batch}-{number}",
        "data": {"text": text * 8},
        "author": {"id": f"a{number % 1000}"},
    }
    if kind != "reports":
        return {"name": "message.sent", "item": item}
    return {"item": item, "reason": "spam", "reporter": {"kind": "user", "id": f"r{number % 2000}"}, "channel": "user"}


def all_of(turn: Callable[[], int]) -> Callable[[], None]:
    def work() -> None:
        while turn():
            pass

    return work


def measure(events: int, reports: int, decisions: int) -> dict[str, Cost]:
    from watchfloor.insight import facts
    from watchfloor.intake import drain, lake
    from watchfloor.intake.models import Spooled
    from watchfloor.items import keying
    from watchfloor.ledger import sequencer
    from watchfloor.ledger.models import Event

    meter = Meter()
    accept(400, 0)
    all_of(drain.drain)()  # rules are compiled, statements prepared
    with web() as (pid, token, port):
        send(port, token, "events", 200, 1)
        meter.read("event accepted, single", events, lambda: send(port, token, "events", events, 1), pid)
        meter.read("event accepted, in hundreds", events, lambda: send(port, token, "events", events, 100), pid)
        send(port, token, "verdicts", 200, 1)
        meter.read("verdict asked", events, lambda: send(port, token, "verdicts", events, 1), pid)
    Spooled.objects.filter(state="waiting").delete()
    accept(events, 1)
    meter.read("event worked", events, all_of(drain.drain))
    backlog(reports)
    meter.read("report worked", reports, all_of(drain.drain))
    meter.read("item keyed", events + reports + 400, all_of(keying.note_new))
    waiting = Event.objects.count()
    meter.read("ledger event sequenced", waiting, all_of(sequencer.sequence))
    meter.read("ledger event to facts", waiting, all_of(facts.export), files=facts.folder())
    rows = Spooled.objects.filter(state="done").count()
    meter.read("row to the lake", rows, all_of(lake.export), files=meter.home / "lake" / "events")
    decide(meter, decisions)
    return meter.found


def decide(meter: Meter, count: int) -> None:
    """A reviewer's decision: the page of the case, some heartbeats, the finding."""
    from django.urls import reverse
    from tests.support.floor import LEAD, SPAM
    from tests.support.people import actor_of, member, signed_in

    from watchfloor.review import actions

    person = member(LEAD)
    client, actor = signed_in(person), actor_of(person)

    def work(turns: int = count) -> None:
        for _ in range(turns):
            lease = actions.claim(actor)
            assert lease is not None
            client.get(reverse("review-work", args=[lease.job_id]))
            for _ in range(2):
                actions.heartbeat(actor, lease.job_id, lease.token, 10_000)
            actions.decide(actor, lease.job_id, lease.token, SPAM)

    work(20)
    meter.read("decision at the bench", count, work)


def join(files: list[Path]) -> str:
    """Runs as one table: each number's least, middle and most."""
    runs = [tomllib.loads(path.read_text()) for path in files]
    said = "; ".join(path.read_text().split("\n", 1)[0].lstrip("# ") for path in files)
    lines = ["# Written by: python -m benchmarks.sizing --join; do not change by hand.", f'measured = "{said}"']
    for name in runs[0]:
        lines.append(f'\n[rate."{name}"]')
        for key in runs[0][name]:
            seen = sorted(run[name][key] for run in runs)
            middle = seen[len(seen) // 2]
            lines.append(
                f"{key} = {middle:.4g}"
                if key == "ledger_events"
                else f"{key} = [{seen[0]:.4g}, {middle:.4g}, {seen[-1]:.4g}]"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=3_000)
    parser.add_argument("--reports", type=int, default=2_000)
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--toml", action="store_true")
    parser.add_argument("--join", type=Path, nargs="+", metavar="FILE")
    options = parser.parse_args()
    if options.join:
        print(join(options.join))
        return
    load = os.getloadavg()[0]
    with database():
        prepare()
        found = measure(options.events, options.reports, options.decisions)
    if options.toml:
        print(f"# load {load:.0f} on {os.cpu_count()} processors, {datetime.now(UTC):%Y-%m-%d}")
        for name, cost in found.items():
            print(f'["{name}"]')
            print("\n".join(f"{key} = {value:.4g}" for key, value in cost.items()))
        return
    print(f"load {load:.1f} on {os.cpu_count()} processors; processor milliseconds and bytes a unit")
    print(
        f"{'':<30}{'ours ms':>9}{'database ms':>13}{'log bytes':>11}{'row bytes':>11}{'file bytes':>12}{'ledger events':>15}"
    )
    for name, cost in found.items():
        print(f"{name:<30}{cost['app_ms']:>9.3f}{cost['db_ms']:>13.3f}{cost['wal_bytes']:>11,.0f}{cost['row_bytes']:>11,.0f}"
              f"{cost['file_bytes']:>12,.0f}{cost['ledger_events']:>15.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
