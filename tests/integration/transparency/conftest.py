"""Fixtures of the transparency tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.dsa_api import Database
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: None) -> Floor:
    """The shipped defaults and verbs that read like a story."""
    from tests.support import floor

    floor.install()
    return floor.Floor()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The EU's database, on loopback, and statements are sent there."""
    from tests.support.dsa_api import Database

    made = Database()
    monkeypatch.setenv("WATCHFLOOR_DSA_ENDPOINT", made.url)
    monkeypatch.setenv("WATCHFLOOR_DSA_TOKEN", made.token)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    yield made
    made.close()
