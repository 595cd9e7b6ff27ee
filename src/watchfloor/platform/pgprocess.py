"""What really runs on a data folder: pid files lie after a ``kill -9``, so processes are asked."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

_SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107  # bytes in sockaddr_un.sun_path, without the final zero


NOBODY = 0  # never a process of ours


@dataclass(frozen=True)
class PidFile:
    """``postmaster.pid``: one value a line, as PostgreSQL's ``miscadmin.h`` lists them."""

    pid: int
    socket_dir: Path | None

    @staticmethod
    def read(data: Path) -> PidFile | None:
        """The file's content, or None when there is none or it was cut short while being written."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            pid = abs(int(lines[0]))  # negative for a single-user server
        except (OSError, ValueError, IndexError):
            return None
        if len(lines) > 1 and Path(lines[1]).resolve() != data.resolve():
            # The folder was copied or moved while its server ran: that server is the other folder's, and nothing of it is ours.
            return PidFile(NOBODY, None)
        socket_dir = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return PidFile(pid, socket_dir)


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie (a container whose first process reaps nobody keeps those)."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def serves(pid: int, data: Path) -> bool:
    """Whether ``pid`` is a live PostgreSQL process of this data folder, not another that was given the same number."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        return _works_in(process, data)
    except psutil.NoSuchProcess:
        return False


def processes_of(data: Path) -> list[psutil.Process]:
    """Every live PostgreSQL process of the folder: each one, postmaster or backend, works in it."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if (
                process.info["name"] == "postgres"
                and process.status() != psutil.STATUS_ZOMBIE
                and _works_in(process, data)
            ):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def launchers_of(data: Path) -> list[psutil.Process]:
    """Live ``pg_ctl`` and ``initdb`` processes for the folder (or for a new one beside it that is to become it)."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        # Any word, not the first: as root a wrapper stands before it (pgaccount).
        if any(word.endswith(("/pg_ctl", "/initdb")) for word in words) and any(
            word == str(data) or word.startswith(f"{data}.new-") for word in words
        ):
            found.append(process)
    return found


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return bool(os.path.realpath(process.cwd()) == str(data))
    except psutil.AccessDenied:
        # Another user's process, so not one on data that are ours.
        return False


def clear_orphans(data: Path, patience: float = 5.0) -> int:
    """End the backends a killed postmaster left behind; how many there were.

    Most notice by themselves and leave. One inside a long computation does not, and holds the shared memory that the
    next postmaster must not find in use. They are asked to quit at once (SIGQUIT) and killed when they do not: without
    a postmaster nothing they do can be committed half, and recovery from the log makes the data whole.
    """
    orphans = processes_of(data)
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for process in orphans:
            send(process.pid, number)
        if wait_until(lambda: not processes_of(data), patience):
            break
    return len(orphans)


def send(pid: int, number: int) -> None:
    """Signal a process that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Poll until it holds (True) or the time is over (False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def socket_path_fits(folder: Path) -> bool:
    """Whether the path of PostgreSQL's socket in ``folder`` is within the system's limit and can be quoted."""
    return len(os.fsencode(folder / ".s.PGSQL.5432")) <= _SOCKET_LIMIT and '"' not in str(folder)
