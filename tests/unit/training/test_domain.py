"""Stamps, forms, marking, retakes and files, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import files, marking, stamps
from watchfloor.training.domain.files import Draft
from watchfloor.training.domain.forms import Candidate, Cell, cells, draw, shuffled
from watchfloor.training.domain.marking import Attempt

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
BANK = [Candidate(f"{topic}{n}", topic, n % 3 + 1) for topic in ("a", "b") for n in range(6)]


def test_a_stamp_follows_the_clauses_and_the_overlays_only() -> None:
    assert stamps.digest("9.1 Bulk.", {}) == stamps.digest(" 9.1 Bulk.\n", {})
    assert stamps.digest("9.1 Bulk.", {}) != stamps.digest("9.1 Bulk!", {})
    assert stamps.digest("9.1 Bulk.", {"DE": "x"}) != stamps.digest("9.1 Bulk.", {"FR": "x"})
    text = "9.1 Bulk messages.\n\n9.10 Something else."
    assert stamps.clause_text(text, "9.1") == "Bulk messages."
    assert stamps.clause_text(text, "9.10 DE") == "Something else."
    assert stamps.clause_text(text, "9.3") == ""


def test_forms_fit_the_blueprint_and_share_nothing_while_the_bank_lasts() -> None:
    blueprint = [Cell("a", 2), Cell("b", 3)]
    first, second, third = (draw(BANK, blueprint, form=form, seed="s") for form in range(3))
    for form in (first, second, third):
        assert sorted(name[0] for name in form) == ["a", "a", "b", "b", "b"]
    assert not set(first) & set(second)
    assert {name for name in third if name[0] == "a"}.isdisjoint({*first, *second})  # six on a are three times two
    assert draw(list(reversed(BANK)), blueprint, form=0, seed="s") == first
    assert draw(BANK, blueprint, form=0, seed="other") != first


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=20),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=4),
    st.integers(0, 9),
)
def test_a_form_is_what_its_blueprint_says_or_an_error(bank: list, lines: list, form: int) -> None:
    candidates = [Candidate(f"q{n}", topic, hard) for n, (topic, hard) in enumerate(bank)]
    blueprint = [Cell(*line) for line in lines]
    try:
        asked = draw(candidates, blueprint, form=form, seed="s")
    except BadInput:
        return  # the bank is short: what is then said is tested below
    assert len(set(asked)) == len(asked) == sum(cell.count for cell in blueprint)
    known = {each.id: each for each in candidates}
    for cell in blueprint:
        fitting = [n for n in asked if known[n].topic == cell.topic and cell.difficulty in (0, known[n].difficulty)]
        assert len(fitting) >= cell.count


def test_a_short_bank_names_the_line() -> None:
    with pytest.raises(BadInput) as caught:
        draw(BANK, [Cell("a", 6), Cell("b", 7)], form=0, seed="s")
    assert (caught.value.code, caught.value.where) == ("short_bank", "blueprint[1]")


def test_a_line_that_names_a_difficulty_is_served_first() -> None:
    bank = [Candidate("easy", "a", 1), Candidate("hard", "a", 3)]
    assert set(draw(bank, [Cell("a", 1), Cell("a", 1, 3)], form=0, seed="s")) == {"easy", "hard"}


@pytest.mark.parametrize(
    ("blueprint", "code"),
    [([], "empty_blueprint"), ([{"topic": "a"}], "bad_blueprint"), ([{"topic": "a", "count": 0}], "bad_blueprint"),
     ([{"topic": "a", "count": 1, "difficulty": 4}], "bad_blueprint")],
)  # fmt: skip
def test_a_blueprint_is_checked(blueprint: list[dict[str, object]], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        cells(blueprint)
    assert caught.value.code == code


def test_the_cut_itself_passes_and_worst_topics_come_first() -> None:
    mark = marking.mark([("a", True)] * 5 + [("b", True)] * 3 + [("b", False)] * 2, 0.8)
    assert (mark.right, mark.total, mark.passed) == (8, 10, True)
    assert [topic.key for topic in mark.topics] == ["b", "a"]
    assert not marking.mark([("a", True)] * 7 + [("a", False)] * 3, 0.8).passed
    assert marking.mark([("a", True)] * 7 + [("a", False)] * 3, 0.7).passed  # 0.7 is no float
    assert not marking.mark([], 0.8).passed


def test_who_failed_waits_and_then_gets_another_form() -> None:
    tried = [Attempt("failed", NOW - timedelta(hours=2)), Attempt("void", NOW), Attempt("passed", NOW)]
    assert marking.may_sit_from(tried, 24, NOW) == NOW + timedelta(hours=22)
    assert marking.may_sit_from(tried, 1, NOW) == NOW
    assert marking.may_sit_from([], 24, NOW) == NOW
    assert [marking.next_form(tried[:count], 3, 2) for count in (0, 1, 2, 3)] == [2, 0, 0, 1]


def test_options_keep_their_order_within_a_sitting() -> None:
    options = ["one", "two", "three", "four"]
    assert shuffled(options, "s") == shuffled(list(reversed(options)), "s")
    assert sorted(shuffled(options, "s")) == sorted(options)


FINDINGS = ["spam.bulk", "spam.links", "clean"]
CASE = Draft(key="c.1", topic="spam.bulk", difficulty=3, content={"text": "a = b {c} #d ~e: 'f'\nnext line, \"g\""},
             answer="spam.bulk", why="Because: x=1 & y~2.")  # fmt: skip
CHOICE = Draft(key="q.1", topic="general", content={"question": "Who decides?"}, options=("A second person", "Nobody"),
               answer="A second person", why="Two people answer for it.")  # fmt: skip


def test_files_say_the_same_again() -> None:
    assert files.read(files.write_csv([CASE, CHOICE])) == [CASE, CHOICE]
    assert files.read(files.write_gift([CASE, CHOICE], FINDINGS), "bank.gift") == [CASE, CHOICE]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.text("ab=~{}#:\\ %[", min_size=1))
def test_gift_keeps_every_character(text: str, why: str) -> None:
    draft = Draft(key="k", topic="clean", content={"text": text.strip() or "x"}, answer="clean", why=why.strip() or "x")
    if draft.content["text"].startswith(("[", "//", "$")):  # marks of the format where a text begins
        return
    if draft.why.endswith("\\"):
        return
    assert files.read_gift(files.write_gift([draft], FINDINGS)) == [draft]


def test_gift_of_another_program() -> None:
    text = """$CATEGORY: spam

// topic: spam.bulk
::Bulk 1:: One text to 900 strangers. {
  =spam.bulk # Yes
  ~%-50%clean # No
  ~spam.links
  ####The same text to many.
}

::Two:: [html]Is one advertisement spam? { ~Always =Not in the right place }
"""
    bulk, two = files.read(text, "x.gift")
    assert (bulk.key, bulk.topic, bulk.answer, bulk.options) == ("bulk-1", "spam.bulk", "spam.bulk", ())
    assert bulk.why == "The same text to many."
    assert (two.content, two.answer, two.options) == (
        {"question": "Is one advertisement spam?"}, "Not in the right place", ("Always", "Not in the right place"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [("A question without answers", "bad_gift"), ("Say it {=cat =dog}", "not_choice"), ("::a:: b {=x =y}", "not_choice"),
     ("key,answer\na,b", "missing_column"), ("key,topic,answer,why,difficulty\na,b,c,d,9", "bad_difficulty")],
)  # fmt: skip
def test_what_cannot_be_read_is_told(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        files.read(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [({"key": "No Key"}, "bad_key"), ({"content": {}}, "no_text"), ({"why": " "}, "no_why"), ({"difficulty": 4}, "bad_difficulty"),
     ({"topic": "hate.slur"}, "unknown_topic"), ({"answer": "hate.slur"}, "bad_answer"),
     ({"options": ("x", "x"), "answer": "x"}, "same_option"), ({"options": ("x",), "answer": "x"}, "bad_answer")],
)  # fmt: skip
def test_a_draft_is_checked(change: dict, code: str) -> None:
    import msgspec

    assert files.checked(CASE, FINDINGS) == CASE
    with pytest.raises(BadInput) as caught:
        files.checked(msgspec.structs.replace(CASE, **change), FINDINGS)
    assert caught.value.code == code
