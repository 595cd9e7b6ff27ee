"""A command on a database in which nothing is installed: one sentence and the remedy, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from watchfloor.platform import config
from watchfloor.platform.postgres import Embedded


@pytest.mark.parametrize("command", [("ledger", "verify"), ("insight", "spikes"), ("boards", "list")])
def test_what_is_missing_and_what_to_do_is_said(command: tuple[str, ...]) -> None:
    if os.environ.get("DATABASE_URL"):
        pytest.skip("DATABASE_URL names a server that is not ours to look about in")
    empty = Embedded(config.home()).dsn(database="postgres", user="postgres")
    found = subprocess.run(
        [sys.executable, "-m", "watchfloor", *command, "--json"],
        env=os.environ | {"DATABASE_URL": empty, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 2, found.stderr
    assert json.loads(found.stdout)["error"]["code"] == "not_installed"
    assert "Traceback" not in found.stderr
