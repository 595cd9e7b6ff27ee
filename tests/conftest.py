"""Shared fixtures: one embedded PostgreSQL for the whole run, started once, thrown away after."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.support import schema

# A deadline per example is a timing assert: on a busy machine it fails for no fault of the code.
settings.register_profile("watchfloor", deadline=None)
settings.load_profile("watchfloor")

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

        if any("tests/unit" not in str(place) for place in config.args):  # the pure ones need no table
            schema.prepare(config.cache.mkdir("schema"))
            schema.lay(Path(os.environ["WATCHFLOOR_HOME"]))
        os.environ.setdefault("WATCHFLOOR_TEMPLATE_CACHE", str(config.cache.mkdir("templates")))
        server = Embedded(Path(os.environ["WATCHFLOOR_HOME"]))
        server.start()
        _hurry(server.dsn(user="postgres"))
        atexit.register(server.stop)
    django.setup()
    _sign_in_quickly()
    if hasattr(config, "workerinput"):
        _own_lake(config.workerinput["workerid"])


# A minute or more in one file: begun first, so that no processor waits for the last of them.
LONGEST = (
    "permissions/test_doors", "demo/test_replay", "permissions/test_canary", "permissions/test_words", "test_staffing_roster",
    "property/test_enforcement", "intake/test_begun", "platform/test_postgres", "review/test_week",
    "test_not_installed", "training/test_floor", "test_interventions", "detection/test_stream", "test_training_formats",
)  # fmt: skip


# What goes through every page, every role or every death, and others' programs. `make test` leaves it out, `make wide` and CI do not.
WIDE = (
    "integration/permissions/",
    "integration/demo/",
    "tests/conformance/",
    "tests/crash/",
    "journeys/test_every_page",
    "detection/test_stream",  # brokers by others
    "integration/platform/test_postgres",  # deaths of the database
    "integration/platform/test_supervisor",
    "intake/test_begun",
    "enforcement/test_delivery_faults",
    "integration/insight/test_pages",  # every page of numbers
    "integration/review/test_week",  # every hour of a week
)
# In the browser `make test` goes the ways of those whose work the floor is: engineer, reviewer, program manager, the person acted on.
NARROW_IN_THE_BROWSER = (
    "journeys/test_1_engineer", "journeys/test_2_reviewer", "journeys/test_3_program_manager", "journeys/test_6_affected_user",
    "e2e/test_first_run",
)  # fmt: skip


# CI takes one half of the files that only look at pages, the other at another commit (by the commit's name); `make wide` takes both.
HALF = os.environ.get("WATCHFLOOR_HALF", "")


def pytest_report_header() -> str | None:
    """Whoever reads a run must see what it left out."""
    return f"of the tests that only look at pages: half {HALF} of 0 and 1 (WATCHFLOOR_HALF)" if HALF else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Wide tests are marked; the longest files come first, the others as they stand."""
    left_out = []
    for item in items:
        path = item.path.as_posix()
        in_browser = "/tests/e2e/" in path
        only_looks = in_browser and "/journeys/" not in path and "e2e/test_first_run" not in path
        narrow = any(name in path for name in NARROW_IN_THE_BROWSER)
        if (in_browser and not narrow) or any(name in path for name in WIDE):
            item.add_marker(pytest.mark.wide)
        if HALF and only_looks and zlib.crc32(item.path.name.encode()) % 2 != int(HALF):
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def place(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(LONGEST) if name in item.path.as_posix()), len(LONGEST))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through it for garbage again and again would be a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Libraries say what was never freed; so that they find it freed."""
    gc.unfreeze()


def _sign_in_quickly() -> None:
    """The real hash takes a fifth of a second on purpose; it is tested by itself, and by every server that the browser tests start."""
    from django.conf import settings as of_django

    of_django.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *of_django.PASSWORD_HASHERS]


def _own_lake(worker: str) -> None:
    """Processes that test side by side have a database each and one data folder: fact files are put apart, for tests clear them away."""
    from watchfloor.insight import facts

    lake = facts.folder().parent / worker
    facts.folder = lambda: lake / "facts"  # type: ignore[assignment]


def _hurry(dsn: str) -> None:
    """This database is thrown away: it need not survive a power cut. (What must is tested on servers of their own.)"""
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Test databases are copies of the one that has the schema already."""
    from django.conf import settings

    if schema.KEEPER in os.environ:
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = settings.DATABASES["default"]["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Tests that commit are cleaned up by TRUNCATE, which the ledger's tables refuse: here, and only here, it is let in."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        for table in ("ledger_event", "ledger_leaf", "ledger_node", "ledger_checkpoint"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")
    flush = connection.ops.sql_flush

    def flush_what_has_rows(style: Any, tables: Sequence[str], **more: Any) -> list[str]:
        """Truncating a hundred tables of which five have rows is what tests that commit would wait for most."""
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(asked)
            filled = [row[0] for row in cursor.fetchall()]
        return list(flush(style, filled, **{**more, "allow_cascade": True}))

    connection.ops.sql_flush = flush_what_has_rows  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process remembers of the database for a few seconds must not outlive a test's transaction."""
    from watchfloor.kernel.remembered import forget_all

    forget_all()
