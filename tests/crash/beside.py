"""What stands beside `serve` in a test and dies as often: workers on streams, reviewers, each started again by the test."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from tests.crash.harness import Installation
from tests.support.histories import Call, written
from tests.support.streams import Broadcast, served, shots

ROOT = Path(__file__).parents[2]
PEOPLE = """
import json
from tests.support.people import member
rights = {"review.work", "review.claim_case", "case.view", "policy.view"}
print(json.dumps([str(member(rights, f"Reviewer {n}").pk) for n in range(COUNT)]))
"""


class Beside:
    """Processes of one kind: killed one at a time, and started again at once."""

    def __init__(self, floor: Installation, commands: list[list[str]]) -> None:
        self.floor, self.commands = floor, commands
        self.env = floor.env | {"PYTHONPATH": "src:."}
        self.processes = [self._start(command) for command in commands]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.floor.home / "beside.out").open("ab") as log:
            return subprocess.Popen([sys.executable, *command], env=self.env, stdout=log, stderr=log, cwd=ROOT)

    def kill(self, chance: random.Random) -> bool:
        """One dies with -9; another takes its place."""
        at = chance.randrange(len(self.processes))
        assert self.processes[at].poll() is None, "it had ended by itself: see beside.out"
        self.processes[at].kill()
        self.processes[at].wait()
        self.processes[at] = self._start(self.commands[at])
        return True

    def stop(self) -> None:
        """All of them, at once and for good."""
        for process in self.processes:
            process.kill()
            process.wait()


def stream_workers(floor: Installation, count: int = 2) -> Beside:
    """Readers of live streams."""
    return Beside(floor, [["-m", "watchfloor", "run", "stream-worker"]] * count)


class Reviewers(Beside):
    """People who want the same few cases; what they saw is written down."""

    def __init__(self, floor: Installation, count: int = 3) -> None:
        self.folder = floor.home / "histories"
        self.folder.mkdir()
        people = json.loads(floor.python(f"COUNT = {count}\n{PEOPLE}"))
        script = ["-m", "tests.support.reviewer"]
        super().__init__(
            floor, [[*script, str(self.folder / f"{n}.jsonl"), who, str(n)] for n, who in enumerate(people)]
        )

    def saw(self) -> list[Call]:
        """Every call of theirs, answered or not."""
        return written(self.folder)


class Live:
    """A live stream on the platform: goes on until told, is listed a little at a time."""

    def __init__(self) -> None:
        self.broadcast = Broadcast(shots(range(16)), 2.0)
        self.broadcast.upto, self.broadcast.over = 2, False
        self._served = served(self.broadcast)
        self._served.__enter__()
        self.host = urlsplit(self.broadcast.url).netloc

    def goes_on(self, floor: Installation, token: str) -> None:
        """The platform says so."""
        data = {"title": "live", "live": True, "viewers": 9, "stream": self.broadcast.url, "author_id": "caster"}
        body = {"name": "stream.started", "item": {"type": "live_stream", "id": "s1", "data": data}}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        line = http.client.HTTPConnection("127.0.0.1", floor.port, timeout=10)
        line.request("POST", "/v1/events", json.dumps(body), headers)
        answer = line.getresponse()
        assert answer.status == 202, answer.read()

    def more(self) -> None:
        """The rest of it is listed."""
        self.broadcast.upto = len(self.broadcast.segments)

    def frames(self, floor: Installation) -> int:
        """How many of its frames were looked at; 0 while nothing answers."""
        with contextlib.suppress(psycopg.Error, OSError), psycopg.connect(floor.dsn(), connect_timeout=2) as connection:
            row = connection.execute("SELECT max(frames) FROM detection_stream_watch").fetchone()
            return int(row[0] or 0) if row else 0
        return 0

    def close(self) -> None:
        self._served.__exit__(None, None, None)
