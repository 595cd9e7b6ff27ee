"""The keeper with real processes: it restarts, it says why, it stops gracefully, and it leaves no orphan."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from watchfloor.platform import pgprocess
from watchfloor.platform.postgres import Embedded

SOURCE = str(Path(__file__).parents[3] / "src")

# A role that tells its number, says good-bye when asked to stop, and otherwise waits.
PATIENT = """
import os, signal, sys, time
def bye(*_):
    open(sys.argv[1] + ".bye", "a").write("bye\\n"); sys.exit(0)
signal.signal(signal.SIGTERM, bye)
open(sys.argv[1] + ".pids", "a").write(f"{os.getpid()}\\n")
while True: signal.pause()
"""
STUBBORN = PATIENT.replace("signal.signal(signal.SIGTERM, bye)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
FAILING = "import sys; open(sys.argv[1] + '.pids', 'a').write('0\\n'); print('no such port'); sys.exit(3)"
# A role with a helper of its own, as a web server with workers.
WITH_HELPER = (
    "import subprocess, sys\nhelper = subprocess.Popen(['sleep', '600'])\n"
    "open(sys.argv[1] + '.helper', 'a').write(f'{helper.pid}\\n')\n" + PATIENT
)

KEEPER = """
import json, sys
from pathlib import Path
from watchfloor.platform import logs
from watchfloor.platform.postgres import Embedded
from watchfloor.platform.supervisor import Patience, Role, Supervisor
home, roles, database = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3] == "database"
logs.configure(home, "serve")
patience = Patience(first=0.05, longest=0.2, grace=float(sys.argv[4]), probe=0.1)
serves = lambda: (home / "serves").exists()
roles = [
    Role(name, [sys.executable, "-c", code, str(home / name)], early=serves if name == sys.argv[5] else None)
    for name, code in roles.items()
]
prepare = lambda: (home / "prepared").touch()
sys.exit(Supervisor(home, roles, database=Embedded(home) if database else None, patience=patience, prepare=prepare).run())
"""


class Keeper:
    """A supervisor in a process of its own, and what can be seen of it from outside."""

    def __init__(
        self, home: Path, roles: dict[str, str], *, database: bool = False, grace: float = 20, early: str = ""
    ) -> None:
        self.home = home
        argv = [str(home), json.dumps(roles), "database" if database else "none", str(grace), early]
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, *argv],
            env={**os.environ, "PYTHONPATH": SOURCE},
            stderr=subprocess.PIPE,
            text=True,
        )

    def lines(self, name: str) -> list[str]:
        file = self.home / name
        return file.read_text().split() if file.exists() else []

    def log(self) -> list[dict]:
        file = self.home / "log" / "serve.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def until(condition: Callable[[], object]) -> None:
    assert pgprocess.wait_until(lambda: bool(condition()), 30), "did not happen within 30 seconds"


@pytest.fixture
def keep() -> Iterator[Callable[..., Keeper]]:
    home = Path(tempfile.mkdtemp(prefix="wf"))
    home.chmod(0o711)
    made: list[Keeper] = []

    def make(roles: dict[str, str], **options: object) -> Keeper:
        made.append(Keeper(home, roles, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for keeper in made:
        if keeper.process.poll() is None:
            keeper.process.kill()
        keeper.process.wait()
        assert keeper.process.stderr is not None
        keeper.process.stderr.close()
    Embedded(home).stop("immediate")

    def gone() -> bool:  # a role of a killed keeper may still write its last line
        shutil.rmtree(home, ignore_errors=True)
        return not home.exists()

    until(gone)


def test_the_early_role_is_first_and_the_others_wait_until_it_serves(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"worker": PATIENT, "web": PATIENT}, early="web")
    until(lambda: keeper.lines("web.pids") and (keeper.home / "prepared").exists())
    assert not keeper.lines("worker.pids")
    (keeper.home / "serves").touch()
    until(lambda: keeper.lines("worker.pids"))
    assert len(keeper.lines("web.pids")) == 1
    assert "web serves" in next(entry["message"] for entry in keeper.log() if "serves" in entry["message"])
    assert keeper.stop() == 0
    assert len(keeper.lines("web.bye")) == len(keeper.lines("worker.bye")) == 1


@pytest.mark.crash
def test_a_killed_role_is_started_again_and_the_log_says_why(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": PATIENT, "worker": PATIENT})
    until(lambda: keeper.lines("web.pids") and keeper.lines("worker.pids"))
    os.kill(int(keeper.lines("web.pids")[0]), signal.SIGKILL)
    until(lambda: len(keeper.lines("web.pids")) == 2)
    assert len(keeper.lines("worker.pids")) == 1
    death = next(entry for entry in keeper.log() if entry["level"] == "error")
    assert death["role"] == "web" and "killed by SIGKILL" in death["message"]
    assert keeper.stop() == 0


def test_a_role_that_keeps_failing_is_retried_with_growing_pauses_and_its_last_words_are_kept(
    keep: Callable[..., Keeper],
) -> None:
    keeper = keep({"web": FAILING})
    until(lambda: sum(entry["level"] == "error" for entry in keeper.log()) >= 4)
    deaths = [entry for entry in keeper.log() if entry["level"] == "error"]
    assert [entry["again_in_s"] for entry in deaths[:4]] == [0.05, 0.1, 0.2, 0.2]
    assert deaths[0]["code"] == 3
    assert deaths[0]["output"] == "no such port"
    assert keeper.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_passed_on_and_waited_for(keep: Callable[..., Keeper], number: int) -> None:
    keeper = keep({"web": PATIENT, "worker": PATIENT})
    until(lambda: keeper.lines("web.pids") and keeper.lines("worker.pids"))
    assert keeper.stop(number) == 0
    assert keeper.lines("web.bye") == keeper.lines("worker.bye") == ["bye"]


def test_a_role_that_will_not_stop_is_killed_after_the_grace(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": STUBBORN}, grace=0.1)
    until(lambda: keeper.lines("web.pids"))
    assert keeper.stop() == 0
    assert not pgprocess.alive(int(keeper.lines("web.pids")[0]))
    assert any("did not stop in time" in entry["message"] for entry in keeper.log())


def test_a_second_stop_does_not_wait(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": STUBBORN}, grace=3600)
    until(lambda: keeper.lines("web.pids"))
    keeper.process.send_signal(signal.SIGINT)
    until(lambda: any(entry["message"] == "stopping" for entry in keeper.log()))
    assert keeper.stop(signal.SIGINT) == 0


@pytest.mark.crash
def test_children_end_when_the_keeper_is_killed(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": PATIENT, "worker": PATIENT})
    until(lambda: keeper.lines("web.pids") and keeper.lines("worker.pids"))
    keeper.process.kill()
    keeper.process.wait()
    until(lambda: not any(pgprocess.alive(int(keeper.lines(f"{name}.pids")[0])) for name in ("web", "worker")))


@pytest.mark.crash
def test_helpers_of_a_dead_role_do_not_outlive_it(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": WITH_HELPER})
    until(lambda: keeper.lines("web.pids"))
    helper = int(keeper.lines("web.helper")[0])
    os.kill(int(keeper.lines("web.pids")[0]), signal.SIGKILL)
    until(lambda: not pgprocess.alive(helper))
    until(lambda: len(keeper.lines("web.pids")) == 2)
    assert keeper.stop() == 0


def test_a_folder_is_served_once(keep: Callable[..., Keeper]) -> None:
    first = keep({"web": PATIENT})
    until(lambda: first.lines("web.pids"))
    second = keep({"web": PATIENT})
    _, words = second.process.communicate(timeout=60)
    assert second.process.returncode != 0
    assert "Another process has held" in words
    assert len(first.lines("web.pids")) == 1


@pytest.mark.crash
def test_a_killed_database_is_brought_back_and_stopped_at_the_end(keep: Callable[..., Keeper]) -> None:
    keeper = keep({"web": PATIENT}, database=True)
    until(lambda: keeper.lines("web.pids"))
    database = Embedded(keeper.home)
    old = database.status().pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    until(lambda: any(entry["message"] == "database is back" for entry in keeper.log()))
    assert database.status().pid not in (None, old)
    assert keeper.stop() == 0
    assert database.status().state == "stopped"
    assert len(keeper.lines("web.pids")) == 1
