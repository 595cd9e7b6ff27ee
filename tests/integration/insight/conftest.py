"""A floor on which work was done, with its facts exported: what pages of numbers and boards are tested on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest


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
