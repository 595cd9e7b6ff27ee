"""A row that kills the process which works it is put aside after three deaths; its neighbours are worked, once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from watchfloor.identity.domain import system
from watchfloor.intake import begun, drain, quarantine, streaming
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT
from watchfloor.ledger.models import Event

if TYPE_CHECKING:
    from tests.support.rules import Rules

KILLER = """
import os, signal, sys
from watchfloor.platform.setup import setup
setup()
from tests.support import stream as support
from watchfloor.intake import drain, streaming
from watchfloor.intake.models import Spooled
ordinary = support.handlers()["event"]
def work(w, row):
    ordinary(w, row)
    if row.key == "e3":
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "drain":
    while drain.drain(handlers={"event": work}):
        pass
else:
    rows = Spooled.objects.filter(state="streamed").order_by("id")
    streaming.work([streaming.receipt_of(row).encode() for row in rows], {"event": work})
"""


@pytest.fixture
def rules(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.db import connection
    from tests.support import rules as support
    from tests.support import stream

    support.fresh(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute(stream.MAKE)
    found = support.Rules()
    found.write(stream.COUNTING)
    found.put("Bad", "on")
    yield found
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {stream.LOG}")


@pytest.mark.parametrize("way", ["drain", "stream"])
def test_what_kills_its_process_is_put_aside_and_its_neighbours_are_done_once(
    rules: Rules, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support import stream

    monkeypatch.setenv("WATCHFLOOR_ROW_DEATHS", "3")
    stream.accept(range(6), authors=2)
    if way == "stream":
        Spooled.objects.update(state="streamed")
    env = {**os.environ, "DATABASE_URL": stream.database_url(), "PYTHONPATH": "src:."}
    ends = []
    while not ends or ends[-1]:
        assert len(ends) < 6
        ends.append(subprocess.run([sys.executable, "-c", KILLER, way], env=env, check=False).returncode)
    assert ends == [-9] * begun.deaths() + [0]
    aside = Spooled.objects.get(state="quarantined")
    assert (aside.key, aside.error, aside.attempts) == ("e3", begun.sentence(), begun.deaths())
    assert Event.objects.filter(type="intake.quarantined").count() == 1
    assert sorted(number for _, number, _ in stream.log_rows()) == [0, 1, 2, 4, 5]
    assert stream.counts(["a0", "a1"]) == {"a0": 3, "a1": 2}
    assert quarantine.replay(system("test")) == 1  # mended: it has its chances again
    assert drain.drain(handlers=stream.handlers()) == 1
    assert stream.counts(["a0", "a1"]) == {"a0": 3, "a1": 3}
    assert set(Spooled.objects.values_list("state", "begun")) == {("done", 0)}


def test_rows_after_a_death_are_worked_one_by_one_in_their_order() -> None:
    clean, marked = Spooled(begun=0), Spooled(begun=1)
    assert begun.together([clean, clean, marked, clean]) == [clean, clean]
    assert begun.together([marked, marked]) == [marked]
    assert begun.together([clean]) == [clean]
    assert begun.together([]) == []
    assert not begun.guilty(Spooled(begun=begun.deaths())) and begun.guilty(Spooled(begun=begun.deaths() + 1))


def test_a_failure_that_the_process_survives_is_an_attempt_and_no_death(rules: Rules) -> None:
    from tests.support import stream

    def fail(w: Any, row: Any) -> None:
        raise ValueError("no")

    stream.accept(range(1))
    drain.drain(handlers={EVENT: fail})
    assert Spooled.objects.values_list("attempts", "begun").get() == (1, 0)
    assert streaming.work([], {EVENT: fail}) == 0
