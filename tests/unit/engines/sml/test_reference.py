"""The reference is complete and true: every code a problem can have is in it, and its examples have that problem."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.engines.sml.helpers import compiled, problems

from watchfloor.engines import sml
from watchfloor.engines.sml import annotations, errorcodes, limits
from watchfloor.engines.sml.reference import language_reference

_SOURCE = Path(limits.__file__).parent
_BESIDE = {
    "twice": {"other.sml": "Other = 1"},
    "require_circle": {"first.sml": "Require(rule='second.sml')", "second.sml": "Require(rule='first.sml')"},
}
"""The other files that an example speaks of."""

_ELSEWHERE = {"no_files", "counter_twice", "counter_name", "needs_rows", "no_such_path", "one_condition"}
"""Codes with tests of their own, because they need more than one small file."""


def _codes(call: str) -> set[str]:
    found: set[str] = set()
    for file in _SOURCE.rglob("*.py"):
        text = file.read_text()
        found.update(re.findall(rf"problems\.{call}\(\s*\"([a-z_]+)\"", text))
        if call == "add":
            found.update(re.findall(r"_RefusedError\(\s*\"([a-z_]+)\"", text))
            found.update(re.findall(r"^\s+problems\.add\(\"([a-z_]+)\"", text))
    return found


def test_every_code_is_in_the_reference() -> None:
    assert _codes("add") == set(errorcodes.ERRORS)
    assert _codes("warn") == set(errorcodes.WARNINGS)


@pytest.mark.parametrize("code", sorted(set(errorcodes.ERRORS) - _ELSEWHERE))
def test_each_example_has_its_problem(code: str) -> None:
    example = errorcodes.ERRORS[code][1]
    sources = {"main.sml": example, **_BESIDE.get(code, {})}
    found = problems(sources, known_labels=["known"])
    assert {problem.code for problem in found} == {code}


def test_every_type_is_in_the_reference_and_its_example_compiles() -> None:
    document = language_reference(sml.STANDARD)
    named = " ".join(entry["type"] for entry in document["types"])
    for name in (*annotations._SIMPLE, *annotations._GENERIC, *annotations._WRAPPERS):
        assert name in named
    assert compiled(document["example"]).rules == ("NewSeller",)
    assert {entry["name"] for entry in document["functions"]} == set(sml.STANDARD)


def test_every_function_and_argument_says_what_it_is_for() -> None:
    silent = [
        f"{name}.{param.name}" if param else name
        for name, item in sml.STANDARD.items()
        for param in (None, *item.params)
        if not (item.doc if param is None else param.doc or param.name in item.doc or len(item.params) == 1)
    ]
    assert silent == []
