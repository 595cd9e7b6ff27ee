"""The floor with what must be reported, and the strict stand-in for NCMEC's service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.cybertip import Service
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: Any) -> Floor:
    """As shipped, with the house's settings for production."""
    from tests.support import tips

    made = tips.install()
    tips.settle()
    return made


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Loopback, so plain HTTP is allowed."""
    from tests.support.cybertip import Service

    made = Service()
    monkeypatch.setenv("WATCHFLOOR_CYBERTIP_URL", made.url)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    yield made
    made.close()
