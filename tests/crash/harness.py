"""A whole installation under fire: the real `serve`, a platform that counts what it is told, a sender that never stops."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
from tests.support import schema
from tests.support.histories import Call

from watchfloor.platform.postgres import Embedded

PACE = 0.05  # seconds between a sender's reports: enough to be always at it, not so much that the backlog is the test
DEADLINE = 90.0  # seconds to wait for a condition before the test fails


def wait_until(condition: Callable[[], Any], what: str, *, deadline: float = DEADLINE) -> Any:
    """Poll until ``condition`` gives something true; fail saying what never happened."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        threading.Event().wait(0.05)
    raise AssertionError(f"{what} did not happen within {deadline:g} s")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Platform:
    """The platform's end of the webhook: applies each key once, and remembers how often it was told."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.applied: dict[str, dict[str, Any]] = {}
        self.when: dict[str, tuple[float, float]] = {}  # key -> first heard, answered
        lock = threading.Lock()
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard = time.time()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers["webhook-id"]
                with lock:
                    platform.told[key] += 1
                    platform.applied.setdefault(key, body)
                    platform.when.setdefault(key, (heard, time.time()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def effects(self) -> list[Call]:
        """What was done to each item, for the judge of histories: a repeat under a known key is no effect."""
        return [
            Call(
                f"{body['item']['id']} {body['effect']}",
                "platform",
                "reverse" if body["undo"] else "apply",
                *self.when[key],
            )
            for key, body in self.applied.items()
            if body.get("effect")
            and body["item"]["type"] == "message"  # an account is suspended again by each new strike
        ]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()


class Sender(threading.Thread):
    """Posts reports (or events) one after another under its own keys; an unanswered one is sent again under the same key, as a client
    would. With ``batch`` so many reports at once, about few items, each under an id of its own, and no more than ``allowed`` in all."""

    def __init__(self, port: int, token: str, number: int, *, events: bool = False, batch: int = 0) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.number, self.events, self.batch = port, token, number, events, batch
        self.allowed = 0  # of a sender of batches
        self.acknowledged: dict[str, str] = {}  # key -> receipt
        self.stop = threading.Event()
        self.refusals: list[str] = []
        self.told_to_wait = 0  # times it heard 503 with Retry-After

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            if self.batch:
                if len(self.acknowledged) >= self.allowed:
                    self.stop.wait(PACE)
                else:
                    count += self._send_batch(count)
                continue
            key = f"s{self.number}-{count}"
            receipt = self._send(key, count)
            if receipt is not None:
                self.acknowledged[key] = receipt
                count += 1
                self.stop.wait(PACE)

    def _send(self, key: str, count: int) -> str | None:
        item = {
            "type": "message", "id": f"m{self.number}-{count}",
            "data": {"text": "take this down at once" if count % 3 == 0 else f"hello {count}", "author_id": f"a{count % 50}"},
        }  # fmt: skip
        about = {"reason": "spam", "reporter": {"kind": "user", "id": f"r{count % 200}"}, "channel": "user"}
        body = json.dumps({"item": item} | ({"name": "message.sent"} if self.events else about))
        said = self._post(body, {"Idempotency-Key": key})
        return None if said is None else str(said["id"])

    def _send_batch(self, count: int) -> int:
        """Reports of a flood about few items; what is not taken of a batch is sent again with all of it."""
        keys = [f"s{self.number}-{count + row}" for row in range(self.batch)]
        rows = [
            {
                "id": key, "reason": "spam", "reporter": {"kind": "user", "id": f"f{key}"}, "channel": "user",
                "item": {"type": "message", "id": f"flood{(count + row) % 50}", "data": {"text": "hello", "author_id": "a"}},
            }
            for row, key in enumerate(keys)
        ]  # fmt: skip
        said = self._post(json.dumps(rows), {})
        if said is None:
            return 0
        taken = {key: str(each["id"]) for key, each in zip(keys, said["results"], strict=True) if "id" in each}
        self.acknowledged |= {key: receipt for key, receipt in taken.items() if key not in self.acknowledged}
        if len(taken) == self.batch:
            return self.batch
        self.stop.wait(0.02)
        return 0

    def _post(self, body: str, named: dict[str, str]) -> Any:
        """The document of a 202; None when there was none, after a moment."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named}
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("POST", "/v1/events" if self.events else "/v1/reports", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
        except (OSError, http.client.HTTPException):
            self.stop.wait(0.02)
            return None
        if answer.status == 202:
            return json.loads(text)
        self.told_to_wait += answer.status == 503 and int(answer.headers.get("Retry-After", "0")) > 0
        if answer.status not in {500, 502, 503, 504}:
            self.refusals.append(f"{answer.status} {text[:200]!r}")
        self.stop.wait(0.02)
        return None


def flooded(flood: Sender, count: int) -> None:
    """Wait until so many reports of a flood are acknowledged, and let it send no more."""
    flood.allowed = max(flood.allowed, count)
    wait_until(lambda: len(flood.acknowledged) >= count, f"report {count:,} of the flood being acknowledged")


class Installation:
    """`watchfloor serve` in a folder of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, free_port()
        if "DATABASE_URL" not in settings:
            schema.lay(home)
        self.env = {
            **os.environ, "WATCHFLOOR_HOME": str(home), "PYTHONPATH": "src", "WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS": "1",
            **settings,
        }  # fmt: skip
        if "DATABASE_URL" not in settings:
            self.env.pop("DATABASE_URL", None)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *argv: str) -> Any:
        """Run a command with --json; its document."""
        done = subprocess.run(
            [sys.executable, "-m", "watchfloor", *argv, "--json"],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise AssertionError(f"watchfloor {' '.join(argv)}: {done.stdout}{done.stderr}") from None

    def python(self, code: str) -> str:
        """Run a few lines inside the program's own environment (set-up that has a page but no command)."""
        prefix = "from watchfloor.platform.setup import setup; setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", prefix + code], env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Serve, and wait until reports are answered."""
        self.begin()
        wait_until(self.answers, "the console answering")

    def begin(self) -> None:
        """Serve."""
        log = (self.home / "serve.out").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "watchfloor", "serve", "--port", str(self.port)],
            env=self.env,
            stdout=log,
            stderr=log,
        )

    def answers(self) -> bool:
        """Whether the web role takes connections and speaks."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("POST", "/v1/reports", "{}", {"Content-Type": "application/json"})
            return connection.getresponse().status == 401
        except (OSError, http.client.HTTPException):
            return False

    def media_answers(self) -> bool:
        """Whether the media role takes connections and speaks."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port + 1, timeout=2)
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False

    def victims(self) -> dict[str, list[psutil.Process]]:
        """Processes by role: every process of what `serve` keeps, and the database's postmaster."""
        assert self.process is not None
        found: dict[str, list[psutil.Process]] = {
            "web": [], "media": [], "worker": [], "rules-worker": [], "postmaster": [],
        }  # fmt: skip
        for kept in psutil.Process(self.process.pid).children():
            try:
                line, family = " ".join(kept.cmdline()), [kept, *kept.children(recursive=True)]
            except psutil.Error:
                continue
            for role, members in found.items():
                if f"run {role}" in line:
                    members.extend(family)
        pid_file = self.home / "pg" / "postmaster.pid"
        if pid_file.exists():
            with contextlib.suppress(psutil.Error, ValueError, IndexError):
                found["postmaster"].append(psutil.Process(int(pid_file.read_text().split()[0])))
        return found

    def kill(self, role: str, random_: random.Random) -> bool:
        """kill -9 one process of a role; False when there is none just now."""
        processes = self.victims()[role]
        if not processes:
            return False
        try:
            random_.choice(processes).kill()
        except psutil.Error:
            return False
        return True

    def dsn(self) -> str:
        """Where its database is."""
        return Embedded(self.home).dsn()

    def worked(self) -> int:
        """How many rows of the spool are worked; 0 while the database does not answer."""
        try:
            with psycopg.connect(self.dsn(), connect_timeout=2) as connection:
                row = connection.execute("SELECT count(*) FROM intake_spool WHERE state = 'done'").fetchone()
        except (psycopg.Error, OSError):
            return 0
        return int(row[0]) if row else 0

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
