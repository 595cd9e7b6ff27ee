"""The disk is full under load: senders hear 503 with Retry-After, nothing acknowledged is lost, and when there is room again the floor
goes on by itself. On a small disk of its own (a tmpfs, which takes root); for the long form: WATCHFLOOR_DRILLS=1.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.crash.harness import Installation, Sender, wait_until

ROOM = 700  # MB
STORED = """
import json
from watchfloor.intake.models import Spooled
from watchfloor.kernel import ids
rows = Spooled.objects.filter(kind="report")
print(json.dumps({
    "stored": [ids.encode("rpt", pk) for pk in rows.values_list("pk", flat=True)],
    "put aside": rows.filter(state="quarantined").count(), "waiting": rows.filter(state="waiting").count(),
}))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if not os.environ.get("WATCHFLOOR_DRILLS"):
        pytest.skip("the long form: WATCHFLOOR_DRILLS=1")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}m,mode=711", "small", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here: " + mounted.stderr.decode().strip())
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(65_536)):
                pass
        except OSError:
            return ballast
    return ballast


@pytest.mark.crash
@pytest.mark.slow
def test_a_full_disk_refuses_and_loses_nothing(small_disk: Path) -> None:
    floor = Installation(small_disk / "floor")
    floor.command("init")
    token = floor.command("token", "add", "crash-test")["token"]
    floor.start()
    senders = [Sender(floor.port, token, number) for number in range(3)]
    try:
        for sender in senders:
            sender.start()
        for _ in range(2):
            before = sum(len(sender.acknowledged) for sender in senders)
            wait_until(lambda before=before: sum(len(each.acknowledged) for each in senders) > before + 20, "reports")
            ballast = fill(small_disk)
            told = sum(sender.told_to_wait for sender in senders)
            wait_until(
                lambda told=told, ballast=ballast: (
                    _turn_over(floor, ballast) or sum(each.told_to_wait for each in senders) > told
                ),
                "503",
            )
            ballast.unlink()
            free = time.monotonic()
            heard = [len(sender.acknowledged) for sender in senders]
            wait_until(
                lambda heard=heard: all(len(each.acknowledged) > n for each, n in zip(senders, heard, strict=True)),
                "reports again",
            )
            print(f"taken again {time.monotonic() - free:.1f} s after there was room")
        for sender in senders:
            sender.stop.set()
            sender.join()
        acknowledged = {receipt for sender in senders for receipt in sender.acknowledged.values()}
        wait_until(lambda: not json.loads(floor.python(STORED))["waiting"], "the spool being worked off")
        found = json.loads(floor.python(STORED))
        assert acknowledged - set(found["stored"]) == set(), "an acknowledged report is missing"
        assert found["put aside"] == 0, "a full disk is no report's fault"
        assert [refusal for sender in senders for refusal in sender.refusals] == []
        assert floor.command("ledger", "verify")["problems"] == []
        assert floor.command("ledger", "rebuild", "--check")["differences"] == []
        print(f"{len(acknowledged)} acknowledged, none lost")
    finally:
        for sender in senders:
            sender.stop.set()
        floor.stop()


def _turn_over(floor: Installation, ballast: Path) -> None:
    """The write-ahead log takes a new file, as it would after some minutes; whatever room that frees is taken."""
    try:
        with psycopg.connect(
            floor.dsn().replace("watchfloor@", "postgres@"), connect_timeout=2, autocommit=True
        ) as connection:
            connection.execute("SELECT pg_switch_wal()")
    except (psycopg.Error, OSError):
        pass
    with ballast.open("ab", buffering=0) as out:
        try:
            while out.write(bytes(4_096)):
                pass
        except OSError:
            return
