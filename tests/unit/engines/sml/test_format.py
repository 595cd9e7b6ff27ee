"""The one shape of a rule file."""

from __future__ import annotations

from textwrap import dedent

import pytest

from watchfloor.engines import sml
from watchfloor.engines.sml.format import format_text

SAME = [
    "",
    "A = 1\n",
    "# only a comment\n",
    "A = 1  # behind\n",
    "A = -1\nB = A - 1\nC = not A == -1\n",
    "A: Optional[str] = JsonData(path='$.a')\n",
    "A = f'{B} {C}'\n",
    "A = 'one' 'two'\n",
    '''A = """over
  several lines"""
''',
    "# about A\nA = 1\n\n# a paragraph\n\nB = 2\n",
    dedent("""\
    # head
    Import(rules=['a.sml'])

    # about R
    R = Rule(
      when_all=[
        A > 3,  # why
        # on its own
        B,
        # the last
      ],
      description='x',
    )

    B = 2
    """),
]

CHANGED = [
    ("A=1", "A = 1\n"),
    ("A=1;B=2", "A = 1\nB = 2\n"),
    ("A = ( 1 + 2 )*3", "A = (1 + 2) * 3\n"),
    ("A = F ( a = 1 , b = [ 1 , 2 , ] , )", "A = F(a=1, b=[1, 2])\n"),
    ("A = 1 + \\\n  2", "A = 1 + 2\n"),
    ("A = 1\n\n\n\nB = 2", "A = 1\n\nB = 2\n"),
    ("#tight\nA = 1   #behind", "# tight\nA = 1  # behind\n"),
    ("A : List[ str ]=[]", "A: List[str] = []\n"),
    ("A = [1,\n# two\n2]", "A = [\n  1,\n  # two\n  2,\n]\n"),
    ("A = (\n  # why\n  1)", "A = (\n  # why\n  1\n)\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_the_shape_stays(text: str) -> None:
    assert format_text(text) == text


@pytest.mark.parametrize(("text", "expected"), CHANGED)
def test_the_shape_is_made(text: str, expected: str) -> None:
    assert format_text(text) == expected
    assert format_text(expected) == expected


def test_a_long_condition_is_cut_at_its_words() -> None:
    text = "A = " + " and ".join(f"Condition{number} == {number}" for number in range(9))
    shaped = format_text(text)
    assert shaped.splitlines()[:3] == ["A = (", "  Condition0 == 0", "  and Condition1 == 1"]
    assert shaped.splitlines()[-1] == ")"
    assert format_text(shaped) == shaped


def test_a_long_call_is_opened_argument_by_argument() -> None:
    shaped = format_text("A = StringReplace(s=SomeFeature, old='" + "a" * 60 + "', new='" + "b" * 20 + "')")
    assert shaped == "A = StringReplace(\n  s=SomeFeature,\n  old='" + "a" * 60 + "',\n  new='" + "b" * 20 + "',\n)\n"


@pytest.mark.parametrize("text", ["A = (1", "if x:\n  A = 1", "A = 1 < 2 < 3"])
def test_what_is_no_rule_file_is_refused_with_its_problems(text: str) -> None:
    with pytest.raises(sml.RuleErrors):
        format_text(text)
