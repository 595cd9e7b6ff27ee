"""What a line of a file of people says, what is wrong with it in one sentence, and that what takes it back does."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain import people_file as files
from watchfloor.workforce.domain.people_file import Line, State

ANA = State(
    name="Ana", roles=("reviewer@birch",), vendor="birch", team="Night", languages=("en", "es"), markets=("DE",), queues=("hate.en",),
    share=0.5, started_on=date(2026, 3, 2),
)  # fmt: skip


def step(before: State | None, **cells: str) -> files.Step:
    return files.step(Line(2, "ana@example.org", cells), before)


def test_a_file_as_spreadsheets_write_it() -> None:
    lines, wrong = files.parse(
        "\ufeffE-mail;Name;Last sign in\r\n ANA@example.org ;Ana;2026-01-01\r\n\r\nana@example.org;Twice;\r\n"
        ";Nobody;\r\na@b.c;x;y;z\r\nb@b.c;b\x00d;"
    )
    assert lines == [Line(2, "ana@example.org", {"name": "Ana"})]
    assert [(each.line, each.said[:30]) for each in wrong] == [
        (4, "ana@example.org stands in line"), (5, "This line has no e-mail addres"), (6, "This line has more cells than "),
        (7, "There is a character in this l"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "column email"), ("name\nAna", "column email"), ("email,salary\na@b.c,1", "'salary' is not known"),
        ("email,email\na@b.c,d@e.f", "there twice"), ("email\n\n", "nobody in this file"), ("email\n" + "a@b.c\n" * 2001, "at most 2,000"),
        ("e" * 1_000_001, "too long"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_people(content: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        files.parse(content)


def test_an_empty_cell_leaves_and_a_dash_empties() -> None:
    assert step(ANA, name="Ana").kind == "same"
    changed = step(ANA, team="-", languages="fr en", share="-", markets="-", roles="reviewer lead@birch+alder")
    assert (changed.after.team, changed.after.languages, changed.after.share, changed.after.markets) == (
        "",
        ("en", "fr"),
        1.0,
        None,
    )
    assert changed.after.roles == ("lead@alder+birch", "reviewer")
    assert [name for name, _old, _new in changed.changes] == ["roles", "team", "languages", "markets", "share"]
    assert step(ANA, active="no").kind == "end"
    assert step(None, name="Ana").kind == "add"
    gone = step(ANA, vendor="-").after
    assert (gone.vendor, gone.team) == ("", "Night")  # what they could do is still known when they come back


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("active", "maybe", "yes or no"), ("roles", "Reviewer!", "no role"), ("roles", "reviewer@", "no role"),
        ("share", "much", "no share"),         ("share", "nan", "0.05 to 2"), ("started_on", "soon", "no date"),
        ("languages", "x" * 13, "no code"), ("queues", "a/b", "no queue"),
        ("vendor", "b c", "no vendor"), ("name", "-", "1 to 120"), ("team", "t" * 61, "at most 60"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence(column: str, cell: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        step(ANA, **{column: cell})
    assert refused.value.where == column


def test_work_needs_a_vendor_and_a_person_a_name() -> None:
    with pytest.raises(BadInput, match="only for who works for a vendor"):
        step(None, name="Ana", team="Night")
    with pytest.raises(BadInput, match="name is needed"):
        step(None, vendor="birch")


KEYS = some.sampled_from(["birch", "alder", "a.b-c", "x_1"])
MANY = some.lists(KEYS, unique=True, max_size=3).map(lambda found: tuple(sorted(found)))
NAMES = some.text(
    some.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=9
).filter(lambda each: each != "-" and not each.startswith("'"))
STATES = some.builds(
    State, name=NAMES, active=some.booleans(), roles=MANY.map(lambda keys: tuple(f"lead@{key}" for key in keys if "." not in key)),
    vendor=some.sampled_from(["birch", "alder"]), team=NAMES, languages=MANY, markets=some.one_of(some.none(), MANY.filter(bool)),
    queues=MANY, share=some.sampled_from([0.5, 1.0, 1.25]), started_on=some.one_of(some.none(), some.dates(date(2020, 1, 1))),
)  # fmt: skip


@given(before=STATES, after=STATES, ends=some.booleans())
def test_what_a_file_did_another_takes_back(before: State, after: State, ends: bool) -> None:
    cells = {name: cell or files.NONE for name, cell in files.text(after).items()}
    done = step(before, **({"vendor": "-"} if ends else cells))
    lines, wrong = files.parse(files.back([done]))
    assert not wrong
    assert files.step(lines[0], done.after).after == before
    said = {name: cell for name, cell in files.text(after).items() if cell}
    assert step(after, **said).kind == "same"  # exported and brought back unchanged
