"""A database of one's own behind a bad line: cut connections, a partition, then the machine dies and its synchronous standby is promoted.

Nothing acknowledged is lost; while nothing can be stored senders are told 503 with Retry-After; after the promotion reports are taken
again within half a minute. Said in numbers by -s. A drill: WATCHFLOOR_DRILLS=1; WATCHFLOOR_KILL_REPORTS=100000 for so many reports more.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from tests.crash.harness import Installation, Sender, flooded, free_port, wait_until
from tests.support.faults import Line
from tests.support.outside import Server, psycopg_connect, schema_or_skip

ROUNDS = 5
REPORTS = int(os.environ.get("WATCHFLOOR_KILL_REPORTS", "0"))
FAILOVER = 30.0  # seconds until reports are acknowledged again
STORED = """
import json
from watchfloor.intake.models import Spooled
from watchfloor.kernel import ids
print(json.dumps([ids.encode("rpt", pk) for pk in Spooled.objects.filter(kind="report").values_list("pk", flat=True)]))
"""


@pytest.mark.crash
@pytest.mark.skipif(not os.environ.get("WATCHFLOOR_DRILLS"), reason="a drill; set WATCHFLOOR_DRILLS=1")
@pytest.mark.slow
def test_a_bad_line_and_a_promotion_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    schema = schema_or_skip()
    primary, standby = Server(tmp_path / "a", free_port()), Server(tmp_path / "b", free_port())
    primary.begin(schema)
    line = Line(primary.port)
    floor = Installation(tmp_path / "floor", DATABASE_URL=primary.dsn(port=line.port), WATCHFLOOR_INTAKE_PATIENCE="2")
    senders: list[Sender] = []
    try:
        floor.command("init")
        token = floor.command("token", "add", "crash-test")["token"]
        standby.follow(primary)
        floor.start()
        senders = [Sender(floor.port, token, number) for number in range(3)]
        flood = Sender(floor.port, token, 9, batch=25)
        for sender in [*senders, flood]:
            sender.start()
        for number in range(ROUNDS):
            _one_more(senders)
            flooded(flood, REPORTS * number // (ROUNDS + 1))
            flood.allowed = REPORTS * (number + 1) // (ROUNDS + 1)  # goes on over the bad line
            assert line.reset() > 0
            _one_more(senders)
            line.set("mute")
            told = sum(sender.told_to_wait for sender in senders)
            wait_until(
                lambda told=told: sum(sender.told_to_wait for sender in senders) > told, "a 503 with Retry-After"
            )
            line.set("through")
            _one_more(senders)
            line.delay, line.drip = 0.001, 700
            _one_more(senders)
            line.delay, line.drip = 0.0, 0
        with psycopg_connect(primary.dsn("postgres")) as connection:
            assert connection.execute("SELECT sync_state FROM pg_stat_replication").fetchone() == ("sync",)
        flood.allowed = REPORTS
        primary.kill()
        gone = time.monotonic()
        standby.promote()
        line.to = standby.port
        line.reset()
        _one_more(senders)
        took = time.monotonic() - gone
        flooded(flood, REPORTS)
        senders.append(flood)
        for sender in senders:
            sender.stop.set()
            sender.join()
        acknowledged = {receipt for sender in senders for receipt in sender.acknowledged.values()}
        assert [refusal for sender in senders for refusal in sender.refusals] == []
        assert acknowledged - set(json.loads(floor.python(STORED))) == set(), "an acknowledged report is missing"
        print(f"{len(acknowledged)} acknowledged, none lost; taken again {took:.1f} s after the primary died")
        assert took < FAILOVER or os.getloadavg()[0] > 4 * (os.cpu_count() or 1), (
            f"{took:.1f} s until reports were taken again"
        )
        assert floor.command("ledger", "verify")["problems"] == []
        assert floor.command("ledger", "rebuild", "--check")["differences"] == []
    finally:
        for sender in senders:
            sender.stop.set()
        floor.stop()
        line.close()
        primary.stop()
        standby.stop()


def _one_more(senders: list[Sender]) -> None:
    """Each sender hears of one more acknowledged report."""
    before = [len(sender.acknowledged) for sender in senders]
    wait_until(
        lambda: all(len(sender.acknowledged) > count for sender, count in zip(senders, before, strict=True)),
        "a report of each sender being acknowledged",
    )
