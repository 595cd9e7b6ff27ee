"""A floor, and people who write, approve and read policies."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def floor(db: Any) -> Any:
    from tests.support.floor import Floor, install

    install()
    return Floor()


@pytest.fixture
def ada(floor: Any) -> Any:
    from tests.integration.policy.people import WRITER, Browser

    return Browser(WRITER)


@pytest.fixture
def bo(floor: Any) -> Any:
    from tests.integration.policy.people import WRITER, Browser

    return Browser(WRITER)


@pytest.fixture
def reader(floor: Any) -> Any:
    from tests.integration.policy.people import READER, Browser

    return Browser(READER)
