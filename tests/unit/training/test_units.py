"""A unit's source: what is read from it, what is wrong with it, how its minutes are laid out, what two of them differ in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import units

SOURCE = (Path(__file__).parents[3] / "examples" / "training" / "spam.md").read_text(encoding="utf-8")
UNIT = units.parse(SOURCE)
REASON = "Bulk is about people who did not ask. A company, a free offer or a small number change nothing about that."


def test_the_example_is_read_whole() -> None:
    assert (UNIT.title, UNIT.policy, UNIT.version, UNIT.language, UNIT.minutes) == (
        "Spam: what nobody asked for", "spam", 1, "en", 60)  # fmt: skip
    assert UNIT.review.isoformat() == "2027-05-01"
    assert [part.title for part in UNIT.explanation][:2] == [
        "Spam is about the recipients",
        "Four clauses, four questions",
    ]
    assert UNIT.explanation[0].blocks[0].kind == "ul"
    assert UNIT.explanation[0].blocks[0].items[0][1] == units.Span("what nobody asked for", "strong")
    assert [case.finding for case in UNIT.examples] == ["spam.bulk", "clean", "spam.links"]
    assert UNIT.examples[0].shown.endswith("only today.\n(The same message went to 4,200 people within an hour.)")
    assert [(each.title, each.minutes) for each in UNIT.activities] == [("Sort the pile", 12), ("Write the reason", 8)]
    assert "turned cards" in UNIT.activities[0].answer[0].texts[0]
    question = UNIT.questions[1]
    assert (question.key, question.topic, question.clause, question.difficulty) == (
        "spam.unit.q2",
        "spam.links",
        "9.3",
        2,
    )
    assert question.right == "Link scheme (9.3)"
    assert question.ask == "Which finding do you choose?" and question.shown.startswith("Free tickets")
    assert UNIT.questions[0].ask.endswith("*not* bulk spam?") is False  # looks are for documents, not for item banks


def test_the_stamp_follows_the_words_only() -> None:
    same = "\ufeff" + SOURCE.replace("\n", "  \r\n") + "\n\n"
    assert units.parse(same).stamp == UNIT.stamp
    assert units.parse(SOURCE.replace("9.1 bulk", "9.1 bulk!")).stamp.digest != UNIT.stamp.digest
    assert UNIT.stamp.short == f"spam 1 · {UNIT.stamp.digest[:12]}"


def test_minutes_are_laid_out_to_the_last() -> None:
    plan = units.timed(UNIT)
    assert sum(part.minutes for part in plan) == 60
    assert [part.start for part in plan[1:]] == [part.start + part.minutes for part in plan[:-1]]
    assert [part.minutes for part in plan if part.section == "activities"] == [12, 8]


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),  # at: the line that is named begins so
    [
        ("---\ntitle", "title", "no_head", "title"),
        ("version: 1", "version: one", "bad_number", "version"),
        ("review: 2027-05-01", "review: May", "bad_date", "review"),
        ("owner: Training, Dublin", "boss: me", "unknown_field", "boss"),
        ("language: en", "language:", "missing_field", "language"),
        ("minutes: 60", "minutes: 20", "too_few_minutes", "minutes"),
        ("## Aim", "## Ambition", "unknown_section", "## Ambition"),
        ("## Edge cases", "## Examples", "section_again", "## Examples"),
        ("- finding: spam.bulk\n- clause: 9.1\n- difficulty: 1", "- clause: 9.1", "no_finding", "### Ten watches"),
        ("- difficulty: 1\n- key: spam.unit.e2", "- difficulty: hard\n- key: spam.unit.e2", "bad_difficulty", "- difficulty: hard"),
        ("- key: spam.unit.e2", "- key: spam.unit.e1", "same_key", "### A bakery"),
        ("- minutes: 8", "- minutes: soon", "bad_minutes", "- minutes: soon"),
        ("#### Answer", "", "no_answer", "### Sort the pile"),
        ("- [x] The recipients", "- [ ] The recipients", "bad_right", "### Who asked"),
        ("- [ ] The sender is", "- [x] The sender is", "bad_right", "### Who asked"),
        (REASON, "", "no_why", "### Who asked"),
        ("Which finding do you choose?", "", "no_question", "### Which clause"),
        ("- topic: general", "- colour: red", "unknown_field", "- colour"),
        ("After this hour", "After\x00 this hour", "control_character", "After\x00"),
    ],
)  # fmt: skip
def test_each_mistake_names_its_line(old: str, new: str, code: str, at: str) -> None:
    source = SOURCE.replace(old, new, 1)
    line = [number for number, text in enumerate(source.split("\n"), 1) if text.startswith(at)][-1]
    unit, found = units.look(source)
    assert unit is None
    assert (code, line) in [(each.code, each.line) for each in found], found
    with pytest.raises(BadInput) as caught:
        units.parse(source)
    assert caught.value.where == f"line {found[0].line}"


def test_all_mistakes_are_told_at_once() -> None:
    _, found = units.look("---\ntitle: A\npolicy: Spam!\n---\n\n## Questions\n\n### One\n\n- [x] a\n")
    assert {"bad_policy", "missing_field", "missing_section", "no_question", "bad_choices", "no_why"} <= {
        each.code for each in found
    }
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_headings_in_any_language() -> None:
    source = (
        SOURCE.replace("## Aim", "## 目標 {#aim}")
        .replace("language: en", "language: ja")
        .replace("#### Answer", "#### 解答")
    )
    unit = units.parse(source)
    assert unit.headings["aim"] == "目標" and unit.activities[0].answer


def test_lines_of_scripts_without_spaces_are_joined_without_one() -> None:
    source = SOURCE.replace("After this hour you tell", "この研修の\nあとでは、判断できます。You tell\n")
    assert "この研修のあとでは、判断できます。You tell" in units.parse(source).aim[0].texts[0]


def test_two_units_side_by_side() -> None:
    other = SOURCE.replace("One comment is enough for 9.2.", "A single comment is enough for 9.2.").replace(
        "### A bakery opens", "### A baker opens"
    )
    start, end = other.index("### The choir's"), other.index("### The same offer")
    rows = units.difference(UNIT, units.parse(other[:start] + other[end:]))
    changed = {(row.section, row.title): row for row in rows if row.change != "same"}
    assert {key: row.change for key, row in changed.items()} == {
        ("examples", "A baker opens"): "changed",  # known by its key, so that it is not one gone and one new
        ("questions", "Alone under a stranger's picture"): "changed",
        ("edge-cases", "The choir's new hour"): "removed",
    }
    row = changed["questions", "Alone under a stranger's picture"]
    assert [piece.text for piece in row.left if piece.kind == "removed"] == ["One"]
    assert [piece.text for piece in row.right if piece.kind == "added"] == ["A single"]
    assert "".join(piece.text for piece in row.left).replace("One comment", "A single comment") == "".join(
        piece.text for piece in row.right
    )
    assert {row.change for row in units.difference(UNIT, UNIT)} == {"same"}


@settings(max_examples=60)
@given(st.data())
def test_no_source_breaks_the_reader(data: st.DataObject) -> None:
    lines = SOURCE.split("\n")
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 3)):
            case 0:
                del lines[place]
            case 1:
                lines[place] = data.draw(st.text(max_size=30))
            case 2:
                lines.insert(place, lines[data.draw(st.integers(0, len(lines) - 1))])
            case _:
                lines[place] = lines[place][: data.draw(st.integers(0, 10))]
        lines = lines or [""]
    unit, found = units.look("\n".join(lines))
    assert (unit is None) == bool(found)
    assert all(each.message.endswith(".") and each.line >= 1 for each in found)
