"""The shipped floor and a few people, inside a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: Any) -> Floor:
    """Policies, queues, routing, actions and item types as shipped."""
    from tests.support.floor import Floor, install  # needs Django, which is not up when pytest reads this file

    from watchfloor.identity.domain import system
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.ledger.writer import writing

    install()
    with writing(system("test")) as w:
        items.install(w)
    item_queries.forget_types()
    return Floor()


@pytest.fixture
def quiet_judge() -> Iterator[None]:
    """No rules remembered from whoever asked before in this process, and the thread that looks for changed ones ends."""
    from watchfloor.interop import judging

    judging.JUDGE.close()
    yield
    judging.JUDGE.close()
