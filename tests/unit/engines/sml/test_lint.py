# ruff: noqa: E501 - tables of cases read better unbroken
"""What lint says of rules that are allowed but probably not meant, and that it says nothing of good ones."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engines.sml.helpers import compiled

from watchfloor.engines.sml.lint import lint
from watchfloor.engines.sml.lint_patterns import matches_everything, matches_nothing

FIELDS = "N: int = JsonData(path='$.n')\nM: float = JsonData(path='$.m')\nT: str = JsonData(path='$.t')\nO: Optional[int] = JsonData(path='$.o')\n"

CASES = [
    ("R = Rule(when_all=[N > 5, N < 3], description='x')", "impossible", "R can never fire: `N < 3` and `N > 5` exclude each other."),
    ("R = Rule(when_all=[N > 5, N <= 5], description='x')", "impossible", "R can never fire: `N <= 5` and `N > 5` exclude each other."),
    ("R = Rule(when_all=[3 > N, 5 < N], description='x')", "impossible", "R can never fire: `5 < N` and `3 > N` exclude each other."),
    ("A = T == 'a' and T == 'b'", "impossible", "This can never hold: `T == 'b'` and `T == 'a'` exclude each other."),
    ("A = T == 'a' and T != 'a'", "impossible", "This can never hold: `T != 'a'` and `T == 'a'` exclude each other."),
    ("A = T in ['a', 'b'] and T in ['c']", "impossible", "This can never hold: `T in ['c']` and `T in ['a', 'b']` exclude each other."),
    ("A = N == 4 and N > 7", "impossible", "This can never hold: `N > 7` and `N == 4` exclude each other."),
    ("Low = N < 3\nR = Rule(when_all=[Low, N > 5], description='x')", "impossible", "R can never fire: `N > 5` and `N < 3` exclude each other."),
    ("R = Rule(when_all=[N > 5], description='x')\nS = Rule(when_all=[R, N < 2], description='x')", "impossible", "S can never fire: `N < 2` and `N > 5` exclude each other."),
    ("R = Rule(when_all=[not True], description='x')", "impossible", "R can never fire: this condition is always false."),
    ("R = Rule(when_all=[N > 1, True], description='x')", "always", "This condition is always true."),
    ("A = RegexMatch(target=T, pattern='a^b')", "never_matches", "The pattern 'a^b' can match no text."),
    ("A = RegexMatch(target=T, pattern='a$b')", "never_matches", "The pattern 'a$b' can match no text."),
    ("A = RegexMatch(target=T, pattern='a*')", "always_matches", "The pattern 'a*' is found in every text."),
    ("A = RegexMatch(target=T, pattern='spam|')", "always_matches", "The pattern 'spam|' is found in every text."),
    ("A = N > 1\na = N > 2", "shadowed", "`a` and `A` differ only in upper and lower case."),
    ("R = Rule(when_all=[N > 1, M < 2], description='x')\nS = Rule(when_all=[M < 2, N > 1], description='y')", "duplicate", "`S` has the same conditions as `R`."),
]  # fmt: skip

FINE = [
    "A = N > 3 and N < 5",
    "A = N >= 5 and N <= 5",
    "A = N == 4 and N < 7 and N != 5",
    "A = N > 5 or N < 3",
    "A = not (N > 5 and M < 3)",
    "A = O != None and O > 3",
    "A = O == None or O > 3",
    "A = T in ['a', 'b'] and T != 'a'",
    "A = RegexMatch(target=T, pattern='^a|b$')",
    "A = RegexMatch(target=T, pattern='(?m)a$.b')",
    r"A = RegexMatch(target=T, pattern=r'^\s*$')",
    "R = Rule(when_all=[N > 1], description='x')\nS = Rule(when_all=[N > 2], description='y')",
]


def _lint(text: str, **options: object) -> list[tuple[str, str]]:
    source = FIELDS + text
    return [
        (p.code, p.message)
        for p in lint(compiled(source), {"main.sml": source}, **options)
        if p.code != "regex_dialect"
    ]  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "code", "message"), CASES)
def test_one_warning(text: str, code: str, message: str) -> None:
    assert _lint(text) == [(code, message)]


@pytest.mark.parametrize("text", FINE)
def test_no_warning(text: str) -> None:
    assert _lint(text) == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("N > 9", "No event seen meets this: in the data `N` lies between 0 and 9."),
        ("N >= 10", "No event seen meets this: in the data `N` lies between 0 and 9."),
        ("N == 12", "No event seen meets this: in the data `N` lies between 0 and 9."),
        ("N < 10", "Every event seen meets this: in the data `N` lies between 0 and 9."),
        ("N > 8", None),
        ("N < 9", None),
        ("M > 99", None),
    ],
)
def test_thresholds_outside_of_the_data(condition: str, said: str | None) -> None:
    expected = [] if said is None else [("outside_data", said)]
    assert _lint(f"A = {condition}", ranges={"$.n": (0, 9)}) == expected


def test_lists_and_labels_that_nobody_names() -> None:
    text = "U: Entity[str] = EntityJson(type='U', path='$.u')\nA = HasLabel(entity=U, label='known')\nB = InList(list='used', value=T)"
    assert _lint(text, lists=["used", "idle"], labels=["known", "spare"]) == [
        ("unused", "No rule uses the list `idle`."),
        ("unused", "No rule uses the label `spare`."),
    ]


_pieces = st.lists(
    st.sampled_from(["a", "b*", "c?", "^", "$", "(a|b)", "(x|)", r"\b", ".", "[ab]", "\n"]), max_size=5
).map("".join)


@given(_pieces, st.lists(st.text(alphabet="abcx\n ", max_size=6), max_size=20))
def test_the_form_of_a_pattern_never_lies(pattern: str, texts: list[str]) -> None:
    for text in ["", "a", "\n", *texts]:
        found = re.search(pattern, text) is not None
        assert not (matches_everything(pattern) and not found)
        assert not (matches_nothing(pattern) and found)
