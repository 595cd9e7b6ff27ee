"""What a process counts of itself (requests, loops), for whoever asks all processes of this machine at once.

Each process adds up in memory and, every two seconds, writes its sums into a small file of its own; a reader adds the files. The sums
of a process that has ended are put with those of all that ended before, so a count never goes back. Nothing is counted until
``start`` was called: commands and tests count nothing.
"""

from __future__ import annotations

import bisect
import json
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil

from watchfloor.platform.filelock import locked

EVERY: Final = 2.0  # seconds between two writings
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Key = tuple[str, tuple[tuple[str, str], ...]]


class Sums(msgspec.Struct):
    """Sums of one process, or of many. A histogram is its buckets (not yet added up), then count and sum."""

    counters: dict[str, float] = {}
    histograms: dict[str, list[float]] = {}
    gauges: dict[str, float] = {}


class Collected(msgspec.Struct, frozen=True):
    """All processes of this machine: sums, and who is alive as role -> (processes, bytes of memory)."""

    sums: Sums
    alive: dict[str, tuple[int, int]]


class Meters:
    """The sums of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[Key, float] = {}
        self._histograms: dict[Key, list[float]] = {}
        self._gauges: dict[Key, float] = {}
        self._dirty = False
        self.on = False

    def add(self, name: str, by: float = 1, **labels: str) -> None:
        """Count."""
        if self.on:
            key = (name, tuple(sorted(labels.items())))
            with self._lock:
                self._counters[key] = self._counters.get(key, 0) + by
                self._dirty = True

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One more observation of a histogram of seconds."""
        if self.on:
            key = (name, tuple(sorted(labels.items())))
            with self._lock:
                found = self._histograms.setdefault(key, [0.0] * (len(BUCKETS) + 3))
                found[bisect.bisect_left(BUCKETS, value)] += 1
                found[-2] += 1
                found[-1] += value
                self._dirty = True

    def put(self, name: str, value: float, **labels: str) -> None:
        """What something is now; of several processes the highest counts."""
        if self.on:
            with self._lock:
                self._gauges[name, tuple(sorted(labels.items()))] = value
                self._dirty = True

    def start(self, home: Path, role: str) -> None:
        """Count from now on, and write it down as ``role``; once in a process."""
        if self.on:
            return
        self.on = True
        folder = home / "run" / "meters"
        folder.mkdir(parents=True, exist_ok=True)
        own = psutil.Process()
        path = folder / f"{role}-{own.pid}-{int(own.create_time() * 100)}.json"
        self._dirty = True
        threading.Thread(target=self._keep, args=(path, role), name="meters", daemon=True).start()

    def _keep(self, path: Path, role: str) -> None:
        while True:
            self.write(path, role)
            time.sleep(EVERY)

    def write(self, path: Path, role: str) -> None:
        """Write the sums down, if there is something new."""
        with self._lock:
            if not self._dirty:
                return
            self._dirty = False
            sums = Sums(_texts(self._counters), _texts(self._histograms), _texts(self._gauges))
        unfinished = path.with_suffix(".tmp")
        unfinished.write_bytes(msgspec.json.encode({"pid": os.getpid(), "role": role, "sums": sums}))
        unfinished.replace(path)


METERS: Final = Meters()


def collect(home: Path) -> Collected:
    """The sums of every process of this data folder. Those that have ended are put together on the way."""
    folder = home / "run" / "meters"
    folder.mkdir(parents=True, exist_ok=True)
    total, alive = Sums(), dict[str, tuple[int, int]]()
    with locked(folder / ".lock", timeout=5):
        ended = _read(folder / "ended") or {"sums": {}}
        over = msgspec.convert(ended["sums"], Sums)
        gone: list[Path] = []
        for path in sorted(folder.glob("*.json")):
            found = _read(path)
            if found is None:
                continue
            sums = msgspec.convert(found["sums"], Sums)
            memory = _memory(path)
            if memory is None:
                gone.append(path)
                merge(over, Sums(sums.counters, sums.histograms))
            else:
                merge(total, sums)
                many, size = alive.get(found["role"], (0, 0))
                alive[found["role"]] = (many + 1, size + memory)
        if gone:
            unfinished = folder / "ended.tmp"
            unfinished.write_bytes(msgspec.json.encode({"sums": over}))
            unfinished.replace(folder / "ended")
            for path in gone:
                path.unlink(missing_ok=True)
    merge(total, over)
    return Collected(total, alive)


def merge(into: Sums, more: Sums) -> None:
    """Add sums; of gauges the highest."""
    for key, value in more.counters.items():
        into.counters[key] = into.counters.get(key, 0) + value
    for key, values in more.histograms.items():
        known = into.histograms.get(key)
        into.histograms[key] = values if known is None else [a + b for a, b in zip(known, values, strict=True)]
    for key, value in more.gauges.items():
        into.gauges[key] = max(into.gauges.get(key, value), value)


def split(key: str) -> tuple[str, dict[str, str]]:
    """A written key as name and labels."""
    name, labels = json.loads(key)
    return name, labels


def _texts(sums: Mapping[Key, Any]) -> dict[str, Any]:
    return {json.dumps([name, dict(labels)]): value for (name, labels), value in sums.items()}


def _memory(path: Path) -> int | None:
    """Bytes of the process that a file is of; None when it has ended (its number may be another's by now)."""
    _role, pid, born = path.stem.rsplit("-", 2)
    try:
        process = psutil.Process(int(pid))
        if abs(int(process.create_time() * 100) - int(born)) > 2 or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found
