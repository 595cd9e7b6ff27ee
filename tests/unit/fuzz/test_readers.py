"""Every reader of what others send, for a moment: it reads, or says so in a sentence of ours. For long: ``python -m tests.fuzz``."""

from __future__ import annotations

import os

import pytest
from tests.fuzz.mutate import mutants
from tests.fuzz.targets import TARGETS

COUNT = int(os.environ.get("WATCHFLOOR_FUZZ", "150"))


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_it(name: str) -> None:
    target, said = TARGETS[name], []
    for data in mutants(target.seeds, COUNT, seed=len(name)):
        try:
            target.run(data)
        except target.may as error:
            said.append(str(error))
    assert all(said)
