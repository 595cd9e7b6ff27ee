"""The shipped floor with item types and roles, inside a transaction that is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: Any) -> Floor:
    """Policies, queues, routing, actions and item types as shipped."""
    from tests.support.floor import Floor, install

    from watchfloor.enforcement import queries as enforcement
    from watchfloor.identity.domain import system
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import queries as policies

    for part in (enforcement, policies):
        part.forget()
    install()
    with writing(system("test")) as w:
        items.install(w)
    item_queries.forget_types()
    return Floor()
