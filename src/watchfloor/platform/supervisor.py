"""The process keeper behind ``watchfloor serve``: every role runs, always, and the log says why one did not.

It does as little as it can, because it must not die itself: start children, wait, start again with growing pauses,
pass a stop on. The database is watched by a thread: bringing it back takes as long as its recovery.

After everything died what counts is when reports are taken again. So a role that is marked ``early`` starts before the database answers
(it waits for that by itself), and the others only when that role serves: they would take the processor from it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform import children
from watchfloor.platform.filelock import locked
from watchfloor.platform.postgres import Embedded

log = logging.getLogger("watchfloor.supervisor")
_LOG_LIMIT = 20_000_000  # bytes of a role's own output kept before it is set aside once


@dataclass(frozen=True)
class Role:
    """One kind of process: ``argv`` as for exec, ``env`` on top of ours; it writes to ``<home>/log/<name>.log``.

    ``early``: it starts first, and the others when this says that it serves.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    early: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Patience:
    """Seconds. A role that lived ``settled`` restarts after the ``first`` pause; a quicker death doubles it."""

    first: float = 0.5
    longest: float = 30.0
    settled: float = 60.0
    grace: float = 20.0  # from SIGTERM to SIGKILL
    probe: float = 1.0  # between two looks at the database
    alone: float = 20.0  # that early roles have, once the database answers, before the others start all the same


class _Child:
    """One role's present process, or the moment its next one is due."""

    def __init__(self, role: Role, folder: Path, patience: Patience) -> None:
        self.role, self.patience = role, patience
        self.output = folder / f"{role.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0.0
        self.due = float("inf")  # until its time has come
        self.started = 0.0
        self.offset = 0
        self.code = 0

    def start(self) -> None:
        if self.output.exists() and self.output.stat().st_size > _LOG_LIMIT:
            self.output.replace(self.output.with_suffix(".log.1"))
        with self.output.open("ab") as output:
            self.offset = output.tell()
            self.process = subprocess.Popen(  # noqa: S603  the roles are ours
                children.bound(list(self.role.argv)),
                env={**os.environ, **self.role.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own group: a Ctrl-C reaches the keeper alone, and what the role left behind can be ended with it.
                process_group=0,
            )
        self.started = time.monotonic()
        log.info("%s started", self.role.name, extra={"role": self.role.name, "pid": self.process.pid})

    def reap(self) -> bool:
        """True when the process has ended; its helpers are ended too, and the next start is put down."""
        process = self.process
        if process is None or os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        # Still unreaped, so its number, which names the group, belongs to nobody else yet.
        self.signal(signal.SIGKILL)
        self.code = process.wait()
        self.process = None
        lived = time.monotonic() - self.started
        self.pause = (
            self.patience.first
            if lived > self.patience.settled
            else min(max(self.pause * 2, self.patience.first), self.patience.longest)
        )
        self.due = time.monotonic() + self.pause
        return True

    def signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        """The end of what this process wrote, which is usually why it died."""
        with self.output.open("rb") as output:
            end = output.seek(0, os.SEEK_END)
            output.seek(max(self.offset, end - 2000))
            lines = output.read().decode(errors="replace").strip().splitlines()
        return "\n".join(lines[-5:])


class Supervisor:
    """Keeps ``roles`` (and ``database``, when it is the embedded one) running under ``home`` until told to stop.

    ``prepare`` is called once the database answers, before any role starts that is not early.
    """

    def __init__(
        self, home: Path, roles: Sequence[Role], *, database: Embedded | None = None, patience: Patience | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.home, self.database, self.patience = home, database, patience or Patience()
        self._prepare = prepare
        self._folder = home / "log"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._children = [_Child(role, self._folder, self.patience) for role in roles]
        self._stops = 0
        self._halt = threading.Event()

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or SIGHUP; a second one skips the grace. Main thread only. The exit code: 0.

        Raises:
            Conflict: another keeper serves this folder.
            WatchfloorError: the database does not start.
        """
        with locked(self.home / "serve.lock", timeout=0), self._signals() as wake:
            watcher = None
            began = time.monotonic()
            early = [child for child in self._children if child.role.early]
            try:
                self._begin(early)
                self._tend()
                if self.database is not None:
                    self.database.start()
                    log.info("the database answers, after %.1f s", time.monotonic() - began)
                    watcher = threading.Thread(
                        target=self._watch_database, args=(self.database,), name="database-watch"
                    )
                    watcher.start()
                if self._prepare is not None:
                    self._prepare()
                threading.Thread(target=self._wait_for, args=(early, began), name="first-roles", daemon=True).start()
                while not self._stops:
                    self._tend()
                    _sleep(wake, self._next_due())
            finally:
                self._stop_children(wake)
                self._halt.set()
                if watcher is not None and self.database is not None:
                    watcher.join()
                    self.database.stop()
                    log.info("database stopped")
        return 0

    def _begin(self, children: Sequence[_Child]) -> None:
        """Their time has come."""
        for child in children:
            if child.due == float("inf"):
                child.due = time.monotonic()

    def _wait_for(self, early: Sequence[_Child], began: float) -> None:
        """Let the others begin when the early ones serve, or have had their time."""
        latest = time.monotonic() + self.patience.alone
        while time.monotonic() < latest and not self._halt.is_set():
            if all(child.role.early is None or child.role.early() for child in early):
                if early:
                    log.info("%s serves, after %.1f s", ", ".join(c.role.name for c in early), time.monotonic() - began)
                break
            self._halt.wait(0.1)
        self._begin(self._children)
        os.kill(os.getpid(), signal.SIGCHLD)  # wakes the loop

    def _tend(self) -> None:
        for child in self._children:
            if child.reap():
                name = child.role.name
                extra = {"role": name, "code": child.code, "again_in_s": child.pause, "output": child.last_words()}
                words = f": {child.last_words()}" if child.last_words() else ""
                log.error("%s died (%s), again in %g s%s", name, _reason(child.code), child.pause, words, extra=extra)
            if child.process is None and child.due <= time.monotonic():
                child.start()

    def _next_due(self) -> float | None:
        """Seconds until a pause is over; None when only a signal can bring news."""
        due = [child.due for child in self._children if child.process is None and child.due != float("inf")]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _stop_children(self, wake: int) -> None:
        log.info("stopping")
        for child in self._children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.patience.grace
        while running := [child for child in self._children if child.process is not None and not child.reap()]:
            left = deadline - time.monotonic()
            if left <= 0 or self._stops > 1:
                for child in running:
                    log.warning(
                        "%s did not stop in time and was killed", child.role.name, extra={"role": child.role.name}
                    )
                    child.signal(signal.SIGKILL)
                left = 1.0
            _sleep(wake, min(left, 1.0))
        log.info("all roles stopped")

    def _watch_database(self, database: Embedded) -> None:
        while not self._halt.wait(self.patience.probe):
            state = database.status().state
            if state == "serving":
                continue
            log.error("database is gone (%s), starting it again", state, extra={"role": "database", "state": state})
            try:
                database.start()
            except WatchfloorError as problem:
                log.error(
                    "database did not start: %s", problem.message, extra={"role": "database", **problem.as_dict()}
                )
            else:
                log.info("database is back", extra={"role": "database", "pid": database.status().pid})

    @contextlib.contextmanager
    def _signals(self) -> Iterator[int]:
        """Signals become bytes in a pipe (its reading end is yielded), so that one ``select`` waits for all of them."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)

        def on_stop(number: int, _frame: FrameType | None) -> None:
            self._stops += 1

        def on_child(_number: int, _frame: FrameType | None) -> None:
            """Only wakes the loop."""

        handlers = {signal.SIGTERM: on_stop, signal.SIGINT: on_stop, signal.SIGHUP: on_stop, signal.SIGCHLD: on_child}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        wakeup = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        try:
            yield read_end
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(read_end)
            os.close(write_end)


def _sleep(wake: int, seconds: float | None) -> None:
    """Until a signal or for ``seconds``, whichever comes first."""
    select.select([wake], [], [], seconds)
    with contextlib.suppress(BlockingIOError):
        os.read(wake, 4096)


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"
