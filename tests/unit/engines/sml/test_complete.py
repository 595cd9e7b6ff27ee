"""Completion and help while a rule is being written: `|` marks the cursor."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.sml import STANDARD
from watchfloor.engines.sml.complete import Completions, Known, PathSeen, Vocabulary, complete
from watchfloor.engines.sml.hover import hover, signature_at
from watchfloor.engines.sml.lexing import tokens
from watchfloor.engines.sml.outline import imports, in_scope, outline
from watchfloor.engines.sml.place import place_at

FILES = {
    "features.sml": "# What was written.\nText: str = JsonData(path='$.item.data.text')\n"
    "Market: Optional[str] = JsonData(path='$.item.market', required=False)\nLength = StringLength(s=Text)\n_own = 1\n",
    "other.sml": "Elsewhere = 1\n",
}
HEAD = "Import(rules=['features.sml'])\n"
WORDS = Vocabulary(
    values={"policy": (Known("spam", "Spam"), Known("scam", "Scam")), "HasLabel.label": (Known("trusted"),)},
    paths=(
        PathSeen("$.item.market", "str", ("US", "DE"), 1.0),
        PathSeen("$.item.data.text", "str", ("hello",), 0.9),
        PathSeen("$.item.data.client_app", "str", (), 0.2),
    ),
)


def at(marked: str, **more: object) -> Completions:
    text, _, rest = marked.partition("|")
    return complete(
        text + rest, len(text), path="spam.sml", sources=FILES, functions=STANDARD, vocabulary=WORDS
    )  # fmt: skip


def labels(marked: str) -> list[str]:
    return [item.label for item in at(marked).items]


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        (HEAD + "A = Rule(when_all=[Le|", "Length"),
        (HEAD + "A = StringLength(|", "s="),
        (HEAD + "A = RegexMatch(pattern='x', |", "target="),
        (HEAD + "A = RegexMatch(pattern='x', target=|)", "Text"),
        ("A: str = JsonData(path='|", "$.item.market"),
        ("A: str = JsonData(path='$.item.data|')", "$.item.data.text"),
        ("A: Opt|", "Optional[str]"),
        ("Import(rules=['|'])", "features.sml"),
        ("WhenRules(rules_any=[X], then=[SendToReview(policy='|", "spam"),
        ("WhenRules(rules_any=[X], then=[Send|", "SendToReview"),
        ("B = HasLabel(entity=X, label='|", "trusted"),
        ("Bad = Rule(when_all=[True], description='x')\nWhenRules(rules_any=[|", "Bad"),
        (HEAD + "A = Market == '|", "US"),
        (HEAD + "A = Market in ['DE', '|'", "US"),
        (HEAD + "A = Rule(when_all=[True], description=f'{Te|", "Text"),
        ("Wh|", "WhenRules"),
        (HEAD + "A = Rule(when_all=[ssw|", "StringStartsWith"),
    ],
)
def test_what_goes_first(marked: str, first: str) -> None:
    assert labels(marked)[0] == first


def test_what_is_not_offered() -> None:
    assert "_own" not in labels(HEAD + "A = |")  # local to its file
    assert "Elsewhere" not in labels(HEAD + "A = |")  # not imported
    assert "Later" not in labels(HEAD + "A = |\nLater = 2\n")  # not known yet
    assert "SendToReview" not in labels(HEAD + "A = Rule(when_all=[|")  # an effect is no condition
    assert "StringLength" not in labels("WhenRules(rules_any=[X], then=[|")
    assert "pattern=" not in labels("A = RegexMatch(pattern='x', |")  # given already
    assert "features.sml" not in labels("Import(rules=['features.sml', '|'])")
    assert labels("# Te|") == [] and labels("A = 12|") == []


def test_an_unfinished_statement_does_not_swallow_the_next() -> None:
    text = HEAD + "A = Rule(when_all=[Te\n\nB = StringLength(s=Text)\nC = |"
    assert {"A", "B"} <= set(labels(text))
    assert at(HEAD + "A = Rule(when_all=[Te|\n\nB = 1\n").items[0].label == "Text"


def test_the_word_is_replaced_whole_and_blanks_are_left_to_fill() -> None:
    found = at(HEAD + "A = StringLen|")
    assert found.start == len(HEAD) + 4
    assert found.items[0].insert == "StringLength(s=${})"
    constant = next(item for item in at("A = RegexMatch(|").items if item.label == "pattern=")
    assert constant.insert == "pattern='${}'"


def test_names_say_what_they_are() -> None:
    found = {item.label: item for item in at(HEAD + "A = |").items}
    assert found["Text"].detail == "str" and "What was written." in found["Text"].doc
    assert "features.sml, line 2" in found["Text"].doc
    assert found["Length"].detail == "int"


def test_outline_of_a_broken_text() -> None:
    text = "A: str = 'x\nB = Text == 'y'\nC = (1 +\nD = f'{A}'\nA = 2\nE = [1]\n"
    assert [(each.name, each.type) for each in outline(text, "a.sml", STANDARD)] == [
        ("A", "str"), ("B", "bool"), ("C", ""), ("D", "str"), ("E", "List[int]"),
    ]  # fmt: skip
    assert imports("Import(rules=['a.sml', 'b.sml'])\nImport(rules=['a.sml'") == ("a.sml", "b.sml")
    assert [each.name for each in in_scope(HEAD, "spam.sml", FILES, STANDARD)] == ["Text", "Market", "Length"]


HOVERS = [
    (HEAD + "A = Te|xt", "Text: str", "What was written."),
    (HEAD + "A = String|Length(s=Text)", "StringLength(s: str) -> int", "The number of characters."),
    (HEAD + "A = SendToReview(pol|icy='spam')", "policy: str", "The policy"),
    (HEAD + "A = SendToReview(policy='sp|am')", "spam", "Spam"),
    ("A: str = JsonData(path='$.item.mar|ket')", "$.item.market: str", "US · DE"),
]


@pytest.mark.parametrize(("marked", "title", "words"), HOVERS)
def test_hover(marked: str, title: str, words: str) -> None:
    text, _, rest = marked.partition("|")
    found = hover(text + rest, len(text), path="spam.sml", sources=FILES, functions=STANDARD, vocabulary=WORDS)
    assert found is not None and found.title == title
    assert words.casefold() in found.words.casefold()
    assert found.start <= len(text) < found.end


def test_nothing_to_say_is_none() -> None:
    for marked in ("A = |1", "# A|", "Unknown|", "|", "A = '|x'"):
        text, _, rest = marked.partition("|")
        assert hover(text + rest, len(text), path="a.sml", sources={}, functions=STANDARD) is None


def test_argument_help_marks_the_argument_at_hand() -> None:
    text = "A = Rule(when_all=[RegexMatch(pattern='x', target="
    found = signature_at(text, len(text), STANDARD)
    assert found is not None and found.title.startswith("RegexMatch(")
    assert [each.name for each in found.arguments if each.here] == ["target"]
    assert signature_at("A = 1", 5, STANDARD) is None


@given(st.text(alphabet="AB=:()[]{}'\"\\#,\n .f1rd$", max_size=60), st.integers(0, 60))
def test_no_text_is_too_broken(text: str, offset: int) -> None:
    found = tokens(text)
    assert "".join(text[each.start : each.end] for each in found) == "".join(each.text for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    place = place_at(text, offset)
    assert 0 <= place.start <= len(text)
    complete(text, offset, path="a.sml", sources={}, functions=STANDARD)
    hover(text, offset, path="a.sml", sources={}, functions=STANDARD)
