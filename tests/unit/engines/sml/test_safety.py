# ruff: noqa: E501 - tables of cases read better unbroken
"""Rules cannot reach Python, exhaust the machine, or fail an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.unit.engines.sml.helpers import compiled, event, features, outcome, problems

from watchfloor.engines import sml

ESCAPES = [
    "A = ().__class__",
    "A = 'x'.__class__.__mro__",
    "A = __import__('os')",
    "A = __import__(name='os')",
    "A = eval(source='1')",
    "A = open(file='/etc/passwd')",
    "A = f'{A.__class__}'",
    "A = f'{__import__}'",
    "A = [x for x in ().__class__.__bases__]",
    "A = (lambda: 0)()",
    "A = Context",
    "A = U",
    "A = k1",
    "A = event",
    "A = __builtins__",
    "import os\nA = os",
    "A = StringLength(s='x', **{'ctx': 1})",
    "A = GetActionName(ctx=1)",
    "A = RegexMatch(target='x', pattern='y', self=1)",
    "A = RandomBool(percentage=0.5, site=1)",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_of_python_can_be_named(text: str) -> None:
    assert problems(text)


def test_generated_code_holds_no_author_text() -> None:
    marker = "zebra_marker"
    text = f"""
    {marker}: str = JsonData(path='$.{marker}.a')
    X = StringReplace(s={marker}, old='{marker}', new='{marker}"+__import__("os")+"')
    R = Rule(when_all=[RegexMatch(target=X, pattern='{marker}')], description=f'{marker} {{X}}')
    """
    rules = compiled(text)
    for source in (rules._full.source, rules._fired.source):  # type: ignore[attr-defined]
        # Names of features are identifiers, and appear only as the keys of the result.
        assert "__import__" not in source
        assert source.replace(f"'{marker}':", "").count(marker) == 0


@pytest.mark.parametrize(
    "expression", ["I ** I", "I << I", "I * I * I * I", "T * I", "'ab' * I", "-I << 3", "I / 0.5", "I + 0.5", "I // 0.1", "I ** -1", "(0 - I) ** 0.5"]
)  # fmt: skip
@pytest.mark.parametrize("number", [0, 1, 255, 10**6, 2**255, 10**400, -(2**200)])
def test_arithmetic_is_bounded(expression: str, number: int) -> None:
    text = f"I: int = JsonData(path='$.i')\nT: str = JsonData(path='$.t')\nR = {expression}"
    value = outcome(text, {"i": number, "t": "xyz"}).features["R"]
    if isinstance(value, int):
        assert value.bit_length() <= max(256, number.bit_length())
    if isinstance(value, str):
        assert len(value) <= 1_000_000


def test_texts_cannot_double_for_ever() -> None:
    lines = ["T0: str = JsonData(path='$.t')", *(f"T{i + 1} = T{i} + T{i}" for i in range(60))]
    lines += ["F0 = T10", *(f"F{i + 1} = f'{{F{i}}}{{F{i}}}{{F{i}}}'" for i in range(40))]
    lines += ["S0 = T5", *(f"S{i + 1} = StringReplace(s=S{i}, old='x', new=S{i})" for i in range(20))]
    found = features("\n".join(lines), {"t": "x" * 64})
    assert max(len(value) for value in found.values() if value) <= 1_000_000
    assert found["T60"] is found["F40"] is found["S20"] is None


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a*)*b", "(a|a)+$", "(.|x)*y", r"(\s*)+z", "((a+))+$", "(a{1,99})+$", r"(\w+\s?)+$"]
)
def test_runaway_patterns_are_refused(pattern: str) -> None:
    (problem,) = problems(f"A = RegexMatch(target='x', pattern={pattern!r})")
    assert problem.code == "bad_argument"


@pytest.mark.parametrize(
    "pattern", [r"(\w+\s)+end", r"(?:https?://\S+)", r"(ab)+", r"(a|b)+", r"x{2,60}", r"(\d{3}-)+", r"(foo|bar)*baz"]
)
def test_ordinary_patterns_are_not(pattern: str) -> None:
    compiled(f"A = RegexMatch(target='x', pattern={pattern!r})")


@pytest.mark.parametrize(
    "data",
    [
        {"n": float("nan")}, {"n": float("inf")}, {"n": 10**5000}, {"n": "\ud800"}, {"n": {"a": [None] * 1000}}, {"n": "9" * 5000},
        {"n": b"bytes"}, {1: 2}, {"n": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)  # fmt: skip
def test_odd_events_cost_only_themselves(data: Any) -> None:
    text = """
    N: int = JsonData(path='$.n', required=False)
    S: str = JsonData(path='$.n', required=False)
    F: float = JsonData(path='$.n', required=False)
    A = N * N + F / 3
    H = HashSha1(input=S)
    E = EmailDomain(email=S)
    I = IpNetwork(ip=S)
    B = Base64Decode(input=S)
    T = TimeSince(timestamp=S) < 60
    R = Rule(when_all=[F > 1, StringLength(s=StringClean(s=S)) > 2], description=f'{S}')
    Ok = Rule(when_all=[True], description='fine')
    """
    rules = compiled(text)
    happened = event(data)
    assert "Ok" in rules.fired(happened)
    assert rules.evaluate(happened).features["Ok"] is True
    assert rules.explain(happened, "R").rule == "R"


def test_a_function_that_raises_or_lies_costs_only_what_needs_it() -> None:
    @sml.function(category="test")
    def Explode(s: str) -> str:
        raise RuntimeError("boom " + s)

    @sml.function(category="test")
    def Lie(s: str) -> int:
        return s  # type: ignore[return-value]

    text = """
    A = Explode(s='x')
    B = Lie(s='y') + 1
    C = A == None
    R1 = Rule(when_all=[StringLength(s=A) > 1], description='one')
    R2 = Rule(when_all=[True], description='two')
    """
    rules = compiled(text, functions={**sml.STANDARD, "Explode": Explode, "Lie": Lie})
    got = rules.evaluate(event())
    assert got.features == {"A": None, "B": None, "C": True, "R1": None, "R2": True}
    assert [error.message for error in got.errors] == [
        "Explode failed: RuntimeError: boom x",
        "Lie gave a str where int was promised",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A = " + "[" * 150 + "]" * 150,
        "A = " + "not " * 3000 + "True",
        "A = 1" + " + 1" * 5000,
        "\0",
        "A = 'x" + "\n",
        "﻿A = 1 ?",
    ],
)
def test_strange_sources_are_refused_calmly(text: str) -> None:
    assert len(problems(text)) == 1


def test_deep_but_allowed_expressions_compile() -> None:
    text = "N: int = JsonData(path='$.n')\nB = " + "(N > 1 and (N < 9 or " * 9 + "N == 5" + "))" * 9
    assert features(text, {"n": 5})["B"] is True


def test_a_long_chain_of_names_is_evaluated_and_explained() -> None:
    lines = ["N0: int = JsonData(path='$.n')", *(f"N{i + 1} = N{i} + 1" for i in range(3000))]
    rules = compiled("\n".join([*lines, "R = Rule(when_all=[N3000 > 5], description='far')"]))
    assert rules.fired(event({"n": 1})) == ("R",)
    assert rules.explain(event({"n": 1}), "R").because == "Its one condition holds."


def test_a_function_that_refuses_its_constants_in_its_own_way_is_a_problem() -> None:
    @sml.function(category="test")
    class Picky:
        def __init__(self, size: int) -> None:
            raise ZeroDivisionError("size")

        def __call__(self) -> int:
            return 1

    (problem,) = problems("A = Picky(size=1)", functions={**sml.STANDARD, "Picky": Picky})
    assert problem.message == "`Picky` does not take these arguments: size."
