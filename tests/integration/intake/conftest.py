"""A floor with item types, reasons and tokens, and the real ASGI app driven in-process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def intake(transactional_db: None) -> Iterator[Any]:
    """The app; its writer commits on a connection of its own, so these tests commit too."""
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
