"""Functions of installed packages join the language; a broken one costs only itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from watchfloor.detection.functions import GROUP, merged
from watchfloor.engines import sml


@pytest.fixture
def package() -> Iterator[None]:
    """An installed package with rule functions."""

    @sml.function(category="test")
    def Vowels(s: str) -> int:
        """How many vowels."""
        return sum(letter in "aeiou" for letter in s)

    @sml.function(category="test")
    def Twice(n: int) -> int:
        """Doubles."""
        return 2 * n

    @sml.function(category="test")
    def StringLength(s: str) -> int:
        """Not the one of the language."""
        return -1

    module = ModuleType("wf_test_functions")
    module.__dict__.update(vowels=Vowels, more=[Twice, StringLength], wrong=7)
    sys.modules[module.__name__] = module
    yield
    del sys.modules[module.__name__]


def entry(name: str) -> EntryPoint:
    return EntryPoint(name=name, value=f"wf_test_functions:{name}", group=GROUP)


@pytest.mark.usefixtures("package")
def test_published_functions_are_known() -> None:
    functions = merged([entry("vowels"), entry("more")])
    rules = sml.compile_rules({"main.sml": "N: int = Twice(n=Vowels(s='education'))"}, functions=functions)
    assert set(functions) == {*sml.STANDARD, "Vowels", "Twice"}
    event = sml.event_from({})
    assert rules.evaluate(event).features["N"] == 10


@pytest.mark.usefixtures("package")
def test_a_broken_one_and_a_taken_name_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    functions = merged([entry("absent"), entry("wrong"), entry("more"), entry("vowels")])
    assert functions["StringLength"] is sml.STANDARD["StringLength"]
    assert {"Vowels", "Twice"} <= set(functions)
    assert "StringLength" in caplog.text
    assert "absent" in caplog.text
    assert "no rule function" in caplog.text
