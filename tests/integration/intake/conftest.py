"""A floor with item types, reasons and tokens, and the real ASGI app driven in-process.

The app's writer commits on a connection of its own, so these tests commit too and tidy up themselves: the ledger's triggers
forbid the TRUNCATE by which Django's transactional tests do it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

TABLES = ["intake_spool", "items_label", "items_version", "items_item", "items_type", "policy_reason", "policy_policy",
          "identity_token"]  # fmt: skip


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test; the tables named are empty before and after."""
    from django.db import connection

    def empty() -> None:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")

    with django_db_blocker.unblock():
        empty()
        yield
        empty()
        connection.close()


@pytest.fixture
def intake(committed: None) -> Iterator[Any]:
    from tests.support.intake import floor  # not before Django is set up
    from watchfloor.intake.asgi import Intake

    floor()
    app = Intake()
    yield app
    app.close()


@pytest.fixture
def run(intake: Any) -> Callable[[Callable[[Any], Any]], Any]:
    """``run(lambda client: client.post(...))`` drives the app in one event loop."""
    from tests.support.intake import Client

    return lambda work: asyncio.run(work(Client(intake)))
