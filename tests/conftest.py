"""Shared fixtures: one embedded PostgreSQL for the whole run, started once, thrown away after."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

if "WATCHFLOOR_HOME" not in os.environ:  # every test run has a data folder of its own
    _home = Path(tempfile.mkdtemp(prefix="watchfloor-test-"))
    os.environ["WATCHFLOOR_HOME"] = str(_home)
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")


def pytest_configure(config: pytest.Config) -> None:
    """Start the database before Django looks for it; stop it when the process ends."""
    import django

    if "DATABASE_URL" not in os.environ and not hasattr(config, "workerinput"):
        from watchfloor.platform.postgres import Embedded

        server = Embedded(Path(os.environ["WATCHFLOOR_HOME"]))
        server.start()
        atexit.register(server.stop)
    django.setup()
