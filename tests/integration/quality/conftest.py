"""The shipped floor, inside a transaction that is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: Any) -> Floor:
    """Policies, queues, routing and actions as shipped; nobody has worked yet."""
    from tests.support.floor import Floor, install  # needs Django, which is not up when pytest reads this file

    install()
    return Floor()
