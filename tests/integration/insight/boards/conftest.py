"""A floor on which six cases came in and four were decided, its facts exported; people who may see numbers, edit boards, ask in SQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from watchfloor.identity.domain import Actor
    from watchfloor.identity.models import User

MANAGER = {"insight.view", "board.edit", "insight.sql"}


@pytest.fixture
def worked(db: Any) -> Iterator[None]:
    """Three cases from the US and one from Germany decided, one of each left."""
    from tests.support.floor import CLEAN, LEAD, SPAM, Floor, install, someone

    from watchfloor.insight import facts, lake
    from watchfloor.kernel import clock
    from watchfloor.ledger import sequencer

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    install()
    floor, people = Floor(), [someone(LEAD), someone(LEAD)]
    before = clock.now() - timedelta(minutes=20)
    with clock.at(before):
        for market in ("US", "US", "US", "DE"):
            floor.report(market=market)
    with clock.at(before + timedelta(minutes=10)):
        for number in range(4):
            floor.decide(people[number % 2], CLEAN if number % 2 else SPAM)
        floor.report(market="US")
        floor.report(market="DE")
    sequencer.catch_up()
    facts.export()
    yield
    lake.forget()


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
