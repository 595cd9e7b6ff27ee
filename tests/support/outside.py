"""A PostgreSQL of one's own, outside of any data folder: a primary and a synchronous standby on loopback ports, that a test may kill.

The programs are the wheel's; the primary begins as a copy of the schema that tests keep (see ``tests.support.schema``).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest

from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform.pgaccount import choose
from watchfloor.platform.pgprograms import programs, run

SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "on", "synchronous_commit": "on", "max_wal_size": "1GB",
    "shared_buffers": "64MB", "max_connections": "150", "wal_level": "replica", "hot_standby": "on",
}  # fmt: skip


class Server:
    """One PostgreSQL server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.home, self.data, self.port = folder, folder / "pg", port
        self.bin = programs(Path("/nonexistent"))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        self.account = choose(folder, self.data, self.bin)

    def dsn(self, user: str = "watchfloor", port: int = 0) -> str:
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/watchfloor"

    def begin(self, schema: Path) -> None:
        """With the tables, and no row of ours."""
        subprocess.run(["cp", "-a", str(schema), str(self.data)], check=True)
        self.account = choose(self.home, self.data, self.bin)
        (self.data / "pg_hba.conf").write_text(
            "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"
        )
        self._forget_embedding()
        self.start()

    def follow(self, primary: Server) -> None:
        """As a standby of it, whose confirmation it waits for from now on."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        run(
            self.bin,
            ["pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast"],
            self.account,
            120,
        )
        self.start()
        with psycopg_connect(primary.dsn("postgres")) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            connection.execute("SELECT pg_reload_conf()")

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in {**SETTINGS, "port": str(self.port)}.items())
        log = self.home / "postgres.log"
        log.touch()
        self.account.own(log)
        run(
            self.bin,
            ["pg_ctl", "start", "-s", "-w", "-D", str(self.data), "-l", str(log), "-o", options],
            self.account,
            120,
        )

    def promote(self) -> None:
        """From now on it is the primary, and waits for nobody."""
        run(self.bin, ["pg_ctl", "promote", "-s", "-w", "-D", str(self.data)], self.account, 60)
        with psycopg_connect(self.dsn("postgres")) as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """All of it with -9: the machine is gone."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()

    def stop(self) -> None:
        """If it still runs."""
        with contextlib.suppress(WatchfloorError):
            run(self.bin, ["pg_ctl", "stop", "-s", "-m", "immediate", "-D", str(self.data)], self.account, 60)

    def _forget_embedding(self) -> None:
        config = self.data / "postgresql.conf"
        config.write_text(
            "\n".join(line for line in config.read_text().splitlines() if not line.startswith("include_if_exists"))
        )


def psycopg_connect(dsn: str):  # type: ignore[no-untyped-def]
    import psycopg

    return psycopg.connect(dsn, autocommit=True, connect_timeout=5)


def schema_or_skip() -> Path:
    """Where the tests' schema lies."""
    made = os.environ.get("WATCHFLOOR_TEST_SCHEMA", "")
    if not made or not shutil.which("cp"):
        pytest.skip("the schema was not prepared: DATABASE_URL names a server of yours")
    return Path(made)
