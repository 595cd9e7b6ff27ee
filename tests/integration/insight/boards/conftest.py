"""A floor on which six cases came in and four were decided, its facts exported; people who may see numbers, edit boards, ask in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from watchfloor.identity.domain import Actor
    from watchfloor.identity.models import User

MANAGER = {"insight.view", "board.edit", "insight.sql"}


@pytest.fixture
def mona(worked: None) -> User:
    """May do all there is with boards."""
    from tests.support.people import member

    return member(MANAGER, name="Mona Manager")


@pytest.fixture
def actor(mona: User) -> Actor:
    """Mona as she acts."""
    from tests.support.people import actor_of

    return actor_of(mona)


@pytest.fixture
def german(worked: None) -> Actor:
    """The same rights for Germany only."""
    from tests.support.people import actor_of, member

    return actor_of(member(MANAGER, name="Gerda German", markets=["DE"]))
