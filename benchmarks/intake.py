"""What group commit brings at the door, and how much of the bare database's pace is left behind HTTP.

    python -m benchmarks.intake [--seconds 4] [--rounds 3] [--json]

One embedded PostgreSQL (fsync on) in a temporary folder; one web process (Granian, the product's own ASGI entry) for each way of
committing; another process sends valid 1 KB reports with an id of their own over loopback, keep-alive, and counts only
202s. The ways take turns; each figure is the median of the rounds. Bare SQL is the same INSERT by psycopg on one connection
without HTTP, JSON or checks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

SENDERS = 64
BATCH = 100
TOKEN = "benchmark-token"


_TEXT = ("Congratulations, you have been selected to receive a prize. Reply with your account number. " * 7)[:620]
_TEMPLATE = json.dumps(
    {
        "id": f"{os.getpid()}-{time.monotonic_ns()}-%(number)d",
        "item": {
            "type": "message",
            "id": "m-%(number)d",
            "data": {"text": _TEXT, "author_id": "a-%(author)d", "links": ["https://example.org/prize"]},
            "author": {"type": "account", "id": "a-%(author)d"},
        },
        "reason": "spam", "reporter": {"kind": "user", "id": "u-%(author)d"}, "channel": "user",
        "note": "This is not the first one from this sender.", "market": "DE", "language": "de", "surface": "inbox", "reach": 1,
    },
    separators=(",", ":"),
).encode()  # fmt: skip


def report(number: int) -> bytes:
    """A report of about 1 KB, unlike all others."""
    return _TEMPLATE % {b"number": number, b"author": number % 997}


# -- the sender (a process of its own) --------------------------------------------------------------------------------


class Sender(asyncio.Protocol):
    """One keep-alive connection: the next request leaves when the last one is answered."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send()

    def send(self) -> None:
        self.transport.write(self.load.next())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length:") + 15
        length = int(head[at:].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self.buffer = b""
        self.load.answered(head[9:12], rest)
        self.send()


class Load:
    """What is sent and what came back."""

    def __init__(self, batch: int) -> None:
        self.batch, self.number = batch, 0
        self.good = self.bad = 0
        self.counting = False

    def next(self) -> bytes:
        rows = [report(self.number + index) for index in range(self.batch)]
        self.number += self.batch
        body = rows[0] if self.batch == 1 else b"[" + b",".join(rows) + b"]"
        head = (
            f"POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def answered(self, status: bytes, body: bytes) -> None:
        rows = 1 if self.batch == 1 else int(json.loads(body)["accepted"])
        if self.counting:
            self.good += rows if status == b"202" else 0
            self.bad += status != b"202"


async def send(port: int, senders: int, batch: int, seconds: float) -> dict[str, float]:
    """Rows per second that were acknowledged."""
    load = Load(batch)
    loop = asyncio.get_running_loop()
    for _ in range(senders):
        await loop.create_connection(lambda: Sender(load), "127.0.0.1", port)
    await asyncio.sleep(min(1.0, seconds / 2))  # warm
    load.counting, started = True, time.perf_counter()
    await asyncio.sleep(seconds)
    load.counting = False
    return {"rate": load.good / (time.perf_counter() - started), "bad": load.bad}


# -- the places -------------------------------------------------------------------------------------------------------


def serve(port: int) -> None:
    """One web process, until killed."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian("watchfloor.console.asgi:application", address="127.0.0.1", port=port, interface=Interfaces.ASGI, workers=1,
            log_access=False, log_level="warning").serve()  # fmt: skip


def prepare() -> None:
    """Schema, item types, a reason, a token."""
    from django.core.management import call_command

    from watchfloor.platform.setup import setup

    setup()
    call_command("migrate", verbosity=0)
    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest
    from watchfloor.items import defaults
    from watchfloor.kernel import clock
    from watchfloor.ledger.schema import LedgerEvent
    from watchfloor.ledger.writer import writing
    from watchfloor.policy.models import Policy, Reason

    class Made(LedgerEvent, tag="benchmark.made"):
        """The benchmark's floor."""

    with writing("system:benchmark") as w:
        defaults.install(w)
        policy = w.create(Policy, key="spam", name="Spam", harm_group="spam", severity=1)
        w.create(Reason, key="spam", name="Spam", policy_key="spam")
        w.create(ApiToken, name="b", prefix="b", digest=token_digest(TOKEN), source="bench", permissions=["report.submit"],
                 created_at=clock.now())  # fmt: skip
        w.event(Made(), policy)


def bare(batch: int, seconds: float) -> float:
    """Rows per second of the same statement, one durable commit after another."""
    from watchfloor.intake.rows import Checked
    from watchfloor.intake.store import own_connection, store
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id

    def rows(number: int) -> list[Checked]:
        return [
            Checked(
                new_id(), "report", "bare", uuid.uuid4().hex, os.urandom(32), 1, clock.now(), bodies[(number + i) % 100]
            )
            for i in range(batch)
        ]

    bodies = [report(number) for number in range(100)]
    with own_connection() as connection:
        done, started = 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < seconds:
            store(connection, rows(done))
            done += batch
    return done / spent


def empty() -> None:
    """The same table for everyone: empty, and no checkpoint left over from the one before."""
    from watchfloor.intake.store import own_connection

    with own_connection() as connection:
        connection.execute("TRUNCATE intake_spool")


def start_server(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """A web process on a free port, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.intake", "--serve", str(port)], env=os.environ | environment
    )
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web process does not answer")


def measure(port: int, senders: int, batch: int, seconds: float) -> float:
    """Run the sender's process."""
    argv = [sys.executable, "-m", "benchmarks.intake", "--send", str(port), str(senders), str(batch), str(seconds)]
    found = json.loads(subprocess.run(argv, capture_output=True, check=True, text=True).stdout)
    if found["bad"]:
        raise SystemExit(f"{found['bad']} requests were refused")
    return float(found["rate"])


def run(seconds: float, rounds: int) -> dict[str, float]:
    """All ways in turns; the medians."""
    servers = [start_server({"WATCHFLOOR_GROUP_COMMIT": "1"}), start_server({"WATCHFLOOR_GROUP_COMMIT": "0"})]
    servers.append(start_server({"WATCHFLOOR_GROUP_COMMIT": "0", "WATCHFLOOR_INTAKE_WRITERS": "8"}))
    group, alone, alone8 = (port for _, port in servers)
    ways = {
        "bare SQL, a commit per row": lambda: bare(1, seconds),
        "single reports, a commit each": lambda: measure(alone, SENDERS, 1, seconds),
        "single reports, a commit each, 8 connections": lambda: measure(alone8, SENDERS, 1, seconds),
        "single reports, group commit": lambda: measure(group, SENDERS, 1, seconds),
        "bare SQL, batches of 100": lambda: bare(BATCH, seconds),
        "batches of 100": lambda: measure(group, 8, BATCH, seconds),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for _ in range(rounds):
            for name, way in ways.items():
                empty()
                found[name].append(way())
                print(f"  {name}: {found[name][-1]:,.0f}/s", file=sys.stderr, flush=True)
    finally:
        for server, _ in servers:
            server.terminate()
        for server, _ in servers:
            server.wait(timeout=20)
    return {name: statistics.median(rates) for name, rates in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=int)
    parser.add_argument("--send", nargs=4)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    if options.send:
        port, senders, batch, seconds = options.send
        print(json.dumps(asyncio.run(send(int(port), int(senders), int(batch), float(seconds)))))
        return
    home = Path(tempfile.mkdtemp(prefix="watchfloor-bench-"))
    os.environ.update(WATCHFLOOR_HOME=str(home), DJANGO_SETTINGS_MODULE="watchfloor.platform.settings")
    os.environ.pop("DATABASE_URL", None)
    from watchfloor.platform.postgres import Embedded

    database = Embedded(home)
    database.start()
    try:
        prepare()
        rates = run(options.seconds, options.rounds)
    finally:
        database.stop()
        shutil.rmtree(home, ignore_errors=True)
    ratios = {
        "group commit : a commit each (64 senders; bar 2)":
            rates["single reports, group commit"] / rates["single reports, a commit each"],
        "group commit : a commit each over 8 connections":
            rates["single reports, group commit"] / rates["single reports, a commit each, 8 connections"],
        "batches of 100 : a commit each (bar 6)": rates["batches of 100"] / rates["single reports, a commit each"],
        "group commit : bare SQL row by row (bar 0.5)": rates["single reports, group commit"] / rates["bare SQL, a commit per row"],
        "batches of 100 : bare SQL in batches of 100 (bar 0.5)": rates["batches of 100"] / rates["bare SQL, batches of 100"],
    }  # fmt: skip
    if options.json:
        print(json.dumps({"rates": rates, "ratios": ratios}, indent=2))
        return
    print(
        f"{len(report(1)):,}-byte reports, {os.cpu_count()} cores, fsync on; rows/s, median of {options.rounds} rounds"
    )
    for name, rate in rates.items():
        print(f"  {name:<46} {rate:>9,.0f}")
    for name, ratio in ratios.items():
        print(f"  {name:<58} {ratio:>7.2f}")


if __name__ == "__main__":
    main()
