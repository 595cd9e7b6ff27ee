"""The embedded database comes up from every state a crash can leave it in, with every committed row."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import pgconf, pgprocess
from watchfloor.platform.postgres import SUPERUSER, Embedded

START = """
import sys
from pathlib import Path
from watchfloor.platform.postgres import Embedded
e = Embedded(Path(sys.argv[1]))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that any account may pass through, so that as root the database runs as an ordinary one."""
    parent = Path(tempfile.mkdtemp(prefix="wf"))
    parent.chmod(0o711)
    yield from _used(parent / "home", parent)


def _used(home: Path, parent: Path) -> Iterator[Path]:
    try:
        yield home
    finally:
        Embedded(home).stop("immediate")
        shutil.rmtree(parent)


@pytest.fixture
def closed_home() -> Iterator[Path]:
    """The same below a folder that only we may enter (mkdtemp makes it 0700), as ``/root`` is."""
    parent = Path(tempfile.mkdtemp(prefix="wf"))
    yield from _used(parent / "home", parent)


def postmasters_of(home: Path) -> list[psutil.Process]:
    """The servers on a folder; a process that ends while it is looked at is none."""
    found = []
    for process in pgprocess.processes_of(home / "pg"):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "-D" in process.cmdline():
                found.append(process)
    return found


def run(code: str, home: Path) -> subprocess.Popen[str]:
    """Another process with an ``Embedded`` named ``e``."""
    source = Path(__file__).parents[3] / "src"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.Popen(
        [sys.executable, "-c", START + code, str(home)], env=environment, stdout=subprocess.PIPE, text=True
    )


def pid_of(server: Embedded) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def killed(server: Embedded) -> int:
    """``kill -9`` the postmaster and see it gone; its number."""
    pid = pid_of(server)
    os.kill(pid, signal.SIGKILL)
    assert pgprocess.wait_until(lambda: not pgprocess.serves(pid, server.data), 20)
    return pid


def test_first_start_makes_a_private_utf8_database(home: Path) -> None:
    server = Embedded(home)
    assert server.status().state == "stopped"
    with psycopg.connect(server.start()) as connection:
        encoding, locale = connection.execute(
            "SELECT pg_encoding_to_char(encoding), coalesce(datlocale, datcollate) FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        assert (encoding, locale) in {("UTF8", "C.UTF-8"), ("UTF8", "C")}
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN "
                "('fsync', 'full_page_writes', 'synchronous_commit', 'jit', "
                "'listen_addresses', 'max_connections', 'checkpoint_timeout', 'TimeZone')"
            ).fetchall()
        )
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert settings == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "listen_addresses": "",
        "max_connections": "200",
        "checkpoint_timeout": "900",
        "TimeZone": "UTC",
    }
    assert role == (False, False, True)
    assert not [c for c in psutil.Process(pid_of(server)).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert server.data.stat().st_mode & 0o077 == 0
    assert server.status().state == "serving"


def test_a_closed_folder_works_without_being_opened(closed_home: Path) -> None:
    with psycopg.connect(Embedded(closed_home).start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert closed_home.parent.stat().st_mode & 0o777 == 0o700
    killed(Embedded(closed_home))
    Embedded(closed_home).start()


def test_starting_again_attaches_to_the_running_server(home: Path) -> None:
    first = Embedded(home)
    first.start()
    pid = pid_of(first)
    assert Embedded(home).start() == first.dsn()
    assert pid_of(first) == pid


@pytest.mark.crash
def test_the_server_outlives_the_kill_of_whoever_started_it(home: Path) -> None:
    starter = run("e.start(); print(e.status().pid, flush=True); import signal; signal.pause()", home)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    server = Embedded(home)
    server.start()
    assert pid_of(server) == pid


@pytest.mark.crash
def test_killed_postmasters_are_replaced_and_no_commit_is_lost(home: Path) -> None:
    """Five times, with a backend deep in a computation that does not notice its postmaster's death by itself."""
    server = Embedded(home)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int PRIMARY KEY)")
    for n in range(5):
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("INSERT INTO kept VALUES (%s)", [n])
        busy = psycopg.connect(server.dsn(), autocommit=True)
        backend = busy.info.backend_pid

        def compute(busy: psycopg.Connection = busy) -> None:
            with contextlib.suppress(psycopg.Error):
                busy.execute("SELECT count(*) FROM generate_series(1, 100000000000)")

        thread = threading.Thread(target=compute)
        thread.start()
        with psycopg.connect(server.dsn(), autocommit=True) as watcher:
            query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
            assert pgprocess.wait_until(lambda q=query, w=watcher, b=backend: bool(w.execute(q, [b]).fetchone()), 20)
        old = killed(server)
        assert pgprocess.alive(backend)
        server.start()
        thread.join(20)
        assert not pgprocess.serves(backend, server.data)
        assert pid_of(server) != old
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT array_agg(n ORDER BY n) FROM kept").fetchone() == (list(range(n + 1)),)


@pytest.mark.crash
def test_a_pid_file_that_names_someone_else_is_not_believed(home: Path) -> None:
    server = Embedded(home)
    server.start()
    killed(server)
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    # A live process of the account the database runs as: PostgreSQL itself would take it for another postmaster.
    owner = server.data.stat().st_uid
    other = subprocess.Popen(["sleep", "600"], user=owner if os.geteuid() == 0 else None)
    try:
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        assert server.status().state == "stale"
        server.start()
        assert pid_of(server) != other.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_two_processes_starting_at_once_get_one_server(home: Path) -> None:
    both = [run("print(e.start(), e.status().pid)", home) for _ in range(2)]
    answers = {process.communicate(timeout=60)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 1
    postmasters = postmasters_of(home)
    assert len(postmasters) == 1


def test_a_path_too_long_for_a_socket_uses_a_private_temporary_folder(home: Path) -> None:
    deep = home.parent / ("d" * 60) / ("e" * 60)
    server = Embedded(deep)
    try:
        dsn = server.start()
        folder = Path(psycopg.conninfo.conninfo_to_dict(dsn)["host"])
        assert folder.parent == Path(tempfile.gettempdir())
        assert folder.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(dsn) as connection:
            connection.execute("SELECT 1")
    finally:
        server.stop()
    assert not folder.exists()


def test_a_server_whose_socket_was_swept_away_is_restarted(home: Path) -> None:
    server = Embedded(home)
    server.start()
    old = pid_of(server)
    (home / "run" / ".s.PGSQL.5432").unlink()
    server.mute_grace = 0.2
    with psycopg.connect(server.start()) as connection:
        connection.execute("SELECT 1")
    assert pid_of(server) != old


def test_stop_is_clean_and_repeatable(home: Path) -> None:
    server = Embedded(home)
    assert server.stop() is False
    server.start()
    assert server.stop() is True
    assert server.status().state == "stopped"
    assert server.stop() is False
    assert pgprocess.processes_of(server.data) == []
    server.start()
    with pytest.raises(BadInput, match="not a way to stop"):
        server.stop("politely")
    assert "database system was not properly shut down" not in server.log.read_text()


def test_a_first_start_cut_short_leaves_nothing_in_the_way(home: Path) -> None:
    (home / "pg.new-old" / "base").mkdir(parents=True)
    home.chmod(0o711)
    with psycopg.connect(Embedded(home).start()) as connection:
        connection.execute("SELECT 1")
    assert not list(home.glob("pg.new-*"))


MOMENTS: dict[str, Callable[[Path], object]] = {
    "locked": lambda home: (home / "pg.lock").exists(),
    "making the folder": lambda home: list(home.glob("pg.new-*/base/1")),
    "the folder is there": lambda home: (home / "pg").exists(),
    "starting the server": lambda home: (home / "pg" / "postmaster.pid").exists(),
    "answering": lambda home: (home / "run" / ".s.PGSQL.5432").exists(),
}


@pytest.mark.crash
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_start_killed_at_any_moment_is_finished_by_the_next(home: Path, moment: str) -> None:
    starter = run("e.start()", home)
    assert pgprocess.wait_until(lambda: bool(MOMENTS[moment](home)), 60, every=0.001)
    starter.kill()
    starter.wait()
    with psycopg.connect(Embedded(home).start()) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("watchfloor",)
    assert len(postmasters_of(home)) == 1
    assert not list(home.glob("pg.new-*"))


def test_a_folder_of_something_else_is_left_alone(home: Path) -> None:
    (home / "pg").mkdir(parents=True)
    (home / "pg" / "holiday.jpg").write_text("not a database")
    home.chmod(0o711)
    with pytest.raises(BadInput, match="neither empty nor a PostgreSQL database"):
        Embedded(home).start()
    assert (home / "pg" / "holiday.jpg").exists()


def test_a_database_role_may_make_test_databases_but_reads_no_files(home: Path) -> None:
    server = Embedded(home)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_other")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT pg_read_file('/etc/hostname')")
    with psycopg.connect(server.dsn(database="postgres", user=SUPERUSER)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)


def test_a_copy_of_a_running_folder_has_nothing_to_do_with_the_original(tmp_path: Path) -> None:
    """The copy carries the live server's pid file; neither its server nor its socket is the copy's."""
    original, copy = Embedded(tmp_path / "original"), Embedded(tmp_path / "copy")
    original.start()
    try:
        shutil.copytree(original.home, copy.home, symlinks=True, ignore=lambda *_: {f".s.PGSQL.{pgconf.PORT}"})
        assert copy.status().state != "serving"
        assert str(original.home) not in copy.dsn()
        copy.stop()
        with psycopg.connect(original.dsn()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        original.stop()
