"""A backup taken while reports come in, restored: the same Merkle root, nothing missing; killed with -9 in the middle, neither harms.

A drill: WATCHFLOOR_DRILLS=1.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.crash.harness import Installation, Sender, wait_until

DRILLS = bool(os.environ.get("WATCHFLOOR_DRILLS"))
MEDIUM = """
import base64
from watchfloor.items.media.models import Media
from watchfloor.items.media.store import Incoming
from watchfloor.kernel import clock
incoming = Incoming(1_000_000)
incoming.write(base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=") + bytes(600))
incoming.finish()
print(incoming.id, incoming.wrapped.hex())
"""
OPENED = """
from watchfloor.items.media import sealed, store
from watchfloor.items.media.storage import storage
key = sealed.unwrap(store._master(), bytes.fromhex(WRAPPED), ID)
blob = storage().open(store.name(ID, "original"))
print(sealed.Reader(blob, key, store.label(ID, "original")).read_at(0, 6).decode())
"""


@pytest.mark.crash
@pytest.mark.skipif(not DRILLS, reason="a drill; set WATCHFLOOR_DRILLS=1")
@pytest.mark.slow
def test_a_backup_of_a_busy_floor_restores_to_the_same_log(tmp_path: Path) -> None:
    floor, there = Installation(tmp_path / "floor"), tmp_path / "backups"
    floor.command("init")
    token = floor.command("token", "add", "crash-test")["token"]
    medium, wrapped = floor.python(MEDIUM).split()
    word = tmp_path / "word"
    word.write_text("a rather long passphrase\n")
    sealed_with = ["--passphrase-file", str(word)]
    floor.start()
    sender = Sender(floor.port, token, 0)
    sender.start()
    try:
        wait_until(lambda: floor.worked() > 5, "reports being worked")
        if DRILLS:
            _kill(floor, ["backup", str(there)], lambda: any(there.glob("*.tmp")))
        assert not list(there.glob("*.backup")), "what was killed looks like a backup"
        taken = floor.command("backup", str(there), *sealed_with)
        acknowledged = len(sender.acknowledged)
        wait_until(lambda: len(sender.acknowledged) > acknowledged, "the floor going on")
    finally:
        sender.stop.set()
        sender.join()
        floor.stop()
    file = Path(taken["path"])
    assert [path.name for path in there.iterdir()] == [file.name], "what the killed one left behind is still there"
    assert taken["sealed"] and taken["events"] > 5 and file.stat().st_mode & 0o077 == 0
    assert b"ledger.key" not in file.read_bytes()

    new = Installation.__new__(Installation)
    new.home, new.port, new.process = tmp_path / "new", floor.port, None
    new.env = floor.env | {"WATCHFLOOR_HOME": str(new.home)}
    if DRILLS:
        _kill(new, ["restore", str(file), *sealed_with], lambda: (new.home / "pg" / "PG_VERSION").exists())
        assert new.command("ledger", "verify")["error"]["code"] == "restore_unfinished"
    restored = new.command("restore", str(file), *sealed_with)
    assert restored["problems"] == []
    assert (restored["events"], restored["root"]) == (taken["events"], taken["root"])
    verified = new.command("ledger", "verify")
    assert verified["problems"] == [] and verified["events"] >= taken["events"]
    assert new.command("ledger", "rebuild", "--check")["differences"] == []
    assert new.python(f"ID, WRAPPED = {medium!r}, {wrapped!r}\n{OPENED}") == "GIF89a\n"
    new.stop()


def _kill(floor: Installation, argv: list[str], when: Any) -> None:
    """A command dies with -9 in the middle, and with it whatever it had started but the database."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchfloor", *argv], env=floor.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    wait_until(lambda: when() or process.poll() is not None, "the moment to die")
    assert process.poll() is None, "it was over before it could be killed"
    os.kill(process.pid, 9)
    process.wait()
