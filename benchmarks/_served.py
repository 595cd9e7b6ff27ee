"""A served floor under a stated load, for benchmarks of the whole: senders over keep-alive connections, and what every process weighs."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks.intake import report
from watchfloor.platform.postgres import Embedded

REASON = b'"reason":"spam"'


def run(
    measure: Callable[..., dict[str, Any]], tell: Callable[[dict[str, Any]], Iterable[str]], **options: float | str
) -> None:
    """A benchmark's command: its options as numbers with their defaults, one served floor, what was found as JSON or in lines."""
    parser = argparse.ArgumentParser()
    for name, usual in options.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(usual), default=usual, help=f"[{usual}]")
    parser.add_argument("--json", action="store_true")
    given = vars(parser.parse_args())
    as_json = given.pop("json")
    with served() as (floor, token):
        found = measure(floor, token, **given)
    found["machine"] = machine()
    print(json.dumps(found, indent=2) if as_json else "\n".join(tell(found)))


@contextmanager
def served(**settings: str) -> Iterator[tuple[Any, str]]:
    """`watchfloor serve` in a folder of its own, and a token to send with."""
    from tests.crash.harness import Installation

    with TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        Path(folder).chmod(0o711)
        floor = Installation(Path(folder) / "floor", PYTHONPATH="src:.", **settings)
        try:
            floor.command("init")
            token = floor.command("token", "add", "bench")["token"]
            floor.start()
            yield floor, token
        finally:
            floor.stop()
            Embedded(floor.home).stop("immediate")


@dataclass
class Heard:
    """What senders were answered: by status, how long it took, and whether a refusal said when to come back."""

    status: Counter[int] = field(default_factory=Counter)
    rows: int = 0
    times: list[float] = field(default_factory=list)
    refusals_without_retry_after: int = 0
    late: int = 0  # asks that found no free connection at their time

    def quantile(self, share: float) -> float:
        """Of the answered ones' times, in milliseconds."""
        ranked = sorted(self.times)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


class Line:
    """One keep-alive connection, one request at a time."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, body: bytes, heard: Heard, began: float) -> None:
        """Post rows; note the answer."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            head = (
                f"POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            self.writer.write(head.encode() + body)
            assert self.reader is not None
            answer = await self.reader.readuntil(b"\r\n\r\n")
            status, fields = int(answer[9:12]), answer.lower()
            at = fields.index(b"content-length:") + 15
            text = await self.reader.readexactly(int(fields[at:].split(b"\r\n", 1)[0]))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            heard.status[0] += 1
            self.writer = None
            return
        heard.status[status] += 1
        if status == 202:
            heard.times.append(time.perf_counter() - began)
            document = json.loads(text)
            heard.rows += int(document.get("accepted", 1))
            if document.get("rejected") and b"retry-after:" not in fields:
                heard.refusals_without_retry_after += 1
        elif b"retry-after:" not in fields:
            heard.refusals_without_retry_after += 1


@dataclass
class Load:
    """So many requests a second of so many rows, over at most so many connections, whatever the answers (an open loop)."""

    port: int
    token: str
    rate: float
    batch: int = 1
    reason: str = "spam"
    lines: int = 64
    number: int = field(default_factory=lambda: int.from_bytes(os.urandom(6), "big") * 1_000_000)

    def body(self) -> bytes:
        """The next rows."""
        named = b'"reason":"%s"' % self.reason.encode()
        rows = [report(self.number + index).replace(REASON, named) for index in range(self.batch)]
        self.number += self.batch
        return rows[0] if self.batch == 1 else b"[" + b",".join(rows) + b"]"

    async def run(self, seconds: float) -> Heard:
        """For so long."""
        heard, free, tasks = Heard(), [Line(self.port, self.token) for _ in range(self.lines)], set()
        began = time.perf_counter()
        count = 0
        while (now := time.perf_counter() - began) < seconds:
            while count < now * self.rate:
                count += 1
                if not free:
                    heard.late += 1
                    continue
                line = free.pop()
                task = asyncio.ensure_future(line.send(self.body(), heard, time.perf_counter()))
                tasks.add(task)

                def over(done: asyncio.Task[None], line: Line = line) -> None:
                    tasks.discard(done)
                    free.append(line)

                task.add_done_callback(over)
            await asyncio.sleep(min(0.02, 0.5 / self.rate))
        if tasks:
            await asyncio.wait(set(tasks), timeout=40)
        for line in free:
            if line.writer is not None:
                line.writer.close()
        return heard


def apart(load: Load, seconds: float, yielding: bool = False) -> Heard:
    """The same in a process of its own (for an executor). ``yielding``: from now on it gives way to everybody."""
    if yielding:
        os.nice(19 - os.nice(0))
    return asyncio.run(load.run(seconds))


def weights(root: int, home: Path) -> dict[str, float]:
    """MB that each role's processes hold for themselves (USS where the system tells), the database's among them.

    Of the database the pages of its shared buffers are left out: they fill until all are used, which is what they are for.
    """
    found: Counter[str] = Counter()
    processes = psutil.Process(root).children(recursive=True)
    with suppress(OSError, ValueError, psutil.Error):
        postmaster = psutil.Process(int((home / "pg" / "postmaster.pid").read_text().split()[0]))
        processes += [postmaster, *postmaster.children(recursive=True)]
    for process in {each.pid: each for each in processes}.values():
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            role = next((name for name in ("rules-worker", "worker", "media", "web") if f"run {name}" in line), "")
            with suppress(psutil.Error):
                parent = process.parent()
                if not role and parent is not None and "granian" in line:
                    role = next(
                        (name for name in ("media", "web") if f"run {name}" in " ".join(parent.cmdline())), "web"
                    )
            database = not role and process.name() == "postgres"
            found[role or ("database" if database else "other")] += (
                _own(process.pid) if database else process.memory_full_info().uss
            ) / 1e6
    return {role: round(size, 1) for role, size in found.items()}


def _own(pid: int) -> float:
    """Bytes of a process that are no file and nobody else's; a page of shared memory that only one has touched yet counts as shared."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * float(line.split()[1])
    return float(psutil.Process(pid).memory_full_info().uss)


async def weighed(root: int, home: Path, seconds: float, every: float) -> list[tuple[float, dict[str, float]]]:
    """The same again and again: (seconds since the beginning, by role)."""
    began, found = time.monotonic(), []
    while (now := time.monotonic() - began) < seconds:
        found.append((now, await asyncio.to_thread(weights, root, home)))
        await asyncio.sleep(every)
    return found


def slope(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Least squares: change per hour, and its 95 % interval from the residuals."""
    n = len(points)
    if n < 4:
        return float("nan"), float("nan"), float("nan")
    mx, my = statistics.fmean(x for x, _ in points), statistics.fmean(y for _, y in points)
    sxx = sum((x - mx) ** 2 for x, _ in points)
    b = sum((x - mx) * (y - my) for x, y in points) / sxx
    spread = (sum((y - my - b * (x - mx)) ** 2 for x, y in points) / (n - 2) / sxx) ** 0.5
    return 3600 * b, 3600 * (b - 2 * spread), 3600 * (b + 2 * spread)


def machine() -> str:
    """What the numbers were measured on."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, fsync on"
