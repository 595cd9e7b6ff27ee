"""An empty lake at a moment of its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    from tests.integration.spikes.floor import NOW

    from watchfloor.insight import facts, lake
    from watchfloor.kernel import clock

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    with clock.at(NOW):
        yield
    lake.forget()
