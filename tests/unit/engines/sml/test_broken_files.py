"""Broken rule files as data: each gives exactly one message, the same as last time, and never a traceback.

``broken/generated.jsonl`` holds the files (made by ``broken/make.py``), ``broken/messages.txt`` what is said of each.
After an intended change: ``WATCHFLOOR_REWRITE=1 pytest tests/unit/engines/sml/test_broken_files.py``, and read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.unit.engines.sml.broken.make import GOOD, broken
from tests.unit.engines.sml.helpers import compiled, event, problems

from watchfloor.engines import sml

HERE = Path(__file__).parent / "broken"
MESSAGES = HERE / "messages.txt"
FILES = [json.loads(line) for line in (HERE / "generated.jsonl").read_text(encoding="utf-8").splitlines()]


def _said(number: int, text: str) -> str:
    (problem,) = problems(text)
    # What CPython's parser says of a text that is no Python differs from version to version.
    shown = problem.rendered if problem.code != "syntax" else f"error: (cannot be read) main.sml:{problem.line}"
    return f"[{number}] {problem.code}\n{shown}\n"


def test_the_good_file_is_good_and_the_broken_ones_are_made_of_it() -> None:
    assert compiled(GOOD).rules == ("Bad",)
    assert broken() == FILES
    assert len(FILES) >= 200


def test_each_has_one_message_the_same_as_last_time() -> None:
    said = "\n".join(_said(number, text) for number, text in enumerate(FILES))
    if os.environ.get("WATCHFLOOR_REWRITE"):
        MESSAGES.write_text(said, encoding="utf-8")
    expected = MESSAGES.read_text(encoding="utf-8")
    assert said == expected, "Messages changed; if that is meant, run with WATCHFLOOR_REWRITE=1 and read the diff."


@pytest.mark.parametrize(
    "text",
    [
        "A = " + "[" * 90 + "]" * 90,
        "A = " + "-" * 5000 + "1",
        "A = " + " and ".join(["True"] * 5000),
        "A = " + "1 + " * 5000 + "1",
        "A = '" + "x" * 2_000_000 + "'",
        "A = [" + "1, " * 30_000 + "]",
        "A = 9 ** 9 ** 9",
        "A = 'x' * 999999999999",
        "A = 1 << (1 << 60)",
        "A: " + "List[" * 80 + "str" + "]" * 80 + " = []",
        "A = RegexMatch(target='x', pattern='" + "(" * 500 + ")" * 500 + "')",
        "A = RegexMatch(target='x', pattern='" + "a?" * 9000 + "b" * 9000 + "')",
        "A = RegexMatch(target='x', pattern='(x+x+)+y')",
        "A = RegexMatch(target='x', pattern='a{99999}{99999}')",
        "\n" * 900_000 + "A = (",
        "﻿A = (",
        "A = '\\ud800' + 1",
        "\x00",
        "\x0cA = 1 +",
    ],
    ids=lambda text: text[:24].encode("unicode_escape").decode() + str(len(text)),
)
def test_nothing_an_author_writes_can_exhaust_the_machine(text: str) -> None:
    said = _problems_of(text)
    assert len(said) <= 1
    assert all(len(problem.rendered) < 2000 for problem in said)


def _problems_of(text: str) -> tuple[sml.Problem, ...]:
    try:
        compiled(text)
    except sml.RuleErrors as errors:
        return errors.problems
    return ()


def test_a_huge_event_costs_only_itself() -> None:
    rules = compiled(
        "T: str = JsonData(path='$.t')\nN: int = JsonData(path='$.n', required=False)\n"
        "R = Rule(when_all=[RegexMatch(target=T, pattern='needle')], description='x')\n"
        "S = Rule(when_all=[N > 1], description='y')"
    )
    huge = {"t": "x" * 100_000_000, "n": "2"}
    assert rules.fired(event(huge)) == ("S",)
    assert rules.evaluate(event({"t": None, "n": {}})).features == {"T": None, "N": None, "R": None, "S": None}
    assert rules.fired(event({"t": "a needle", "n": 1})) == ("R",)
