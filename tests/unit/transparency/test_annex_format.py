"""The eleven parts: headers and row keys of the official templates, byte for byte, and what must add up."""

from __future__ import annotations

import csv
import os
import random
from datetime import date
from pathlib import Path

import pytest
from tests.support import annex_facts

from watchfloor.transparency.domain.annex import layout, report
from watchfloor.transparency.domain.annex.facts import Entered, Facts, Period
from watchfloor.transparency.domain.vocabulary import annex, categories, statements

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")) / "dsa_annex1"
EMPTY = Facts(period=Period(first=date(2026, 1, 1), last=date(2026, 6, 30)))
needs_templates = pytest.mark.skipif(not DATA.exists(), reason="the official CSV parts are not here (WATCHFLOOR_DATA)")


def official(part: int) -> list[list[str]]:
    [path] = DATA.glob(f"*_Part_{part}_*.csv")
    return list(csv.reader(path.read_text("utf-8").splitlines(keepends=True)))


def ours(part: int, facts: Facts = EMPTY) -> list[list[str]]:
    text = report.csv_bytes(part, report.build(facts, Entered())[part]).decode()
    return list(csv.reader(text.splitlines(keepends=True)))


def abbreviated(scope: str) -> str:
    """A language or a member state as the templates abbreviate their lists."""
    if scope in layout.LANGUAGES or scope in layout.STATES:
        return scope if scope in ("bg", "sv", "AT", "SE") else "[...]"
    return scope


@needs_templates
@pytest.mark.parametrize("part", report.PARTS)
def test_header_and_name_are_the_official_ones_byte_for_byte(part: int) -> None:
    [path] = DATA.glob(f"*_Part_{part}_*.csv")
    assert report.file_name(part) == path.name
    head = report.csv_bytes(part, []).splitlines()[0]
    assert head == path.read_bytes().splitlines()[0]


@needs_templates
def test_the_names_of_categories_are_the_official_file() -> None:
    [path] = DATA.glob("*_Part_2_*.csv")
    assert report.csv_bytes(2, report.build(EMPTY, Entered())[2]) == path.read_bytes()


@needs_templates
@pytest.mark.parametrize("part", [4, 5, 6])
def test_lines_by_category_are_the_official_ones(part: int) -> None:
    assert [(row[0], row[3]) for row in ours(part)] == [(row[0], row[3]) for row in official(part)]


@needs_templates
def test_lines_of_orders_are_the_official_ones_for_all_and_for_every_member_state() -> None:
    rows = ours(3)[1:]
    assert len(rows) == 91 + 27 * 90
    template = [(row[0], row[3]) for row in official(3)[1:]]
    assert [(row[0], row[3]) for row in rows if row[5] == "TOTAL"] == template[:91]
    for state in layout.STATES:
        assert [(row[0], row[3]) for row in rows if row[5] == state] == template[91:]
    assert {row[5] for row in official(3)[1:]} == {"TOTAL", f"{layout.STATES[0]}, […], {layout.STATES[-1]}"}


@needs_templates
@pytest.mark.parametrize("part", [1, 7, 9, 10, 11])
def test_row_keys_are_the_official_ones_when_abbreviated_again(part: int) -> None:
    columns = {1: (0, 2), 7: (0, 3, 4, 5), 9: (0, 3, 4, 5), 10: (0, 3, 4, 5), 11: (0, 3)}[part]
    made: list[tuple[str, ...]] = []
    for row in ours(part):
        key = tuple(abbreviated(row[place]) for place in columns)
        if not made or made[-1] != key:
            made.append(key)
    assert made == [tuple(row[place] for place in columns) for row in official(part)]


@needs_templates
def test_automated_means_have_the_official_keys_and_every_language_for_every_indicator() -> None:
    keys = [tuple(row[place] for place in (0, 3, 4, 5)) for row in official(8)[1:]]
    made = [tuple(row[place] for place in (0, 3, 4, 5)) for row in ours(8)[1:]]
    plain = [key for key in keys if key[3] not in ("bg", "sv", "[...]")]
    assert [key for key in made if key[3] not in layout.LANGUAGES] == plain
    asked = {key[2] for key in keys if key[3] in ("bg", "sv", "[...]")}
    assert {(key[2], key[3]) for key in made if key[3] in layout.LANGUAGES} == {
        (indicator, language) for indicator in asked for language in layout.LANGUAGES
    }
    assert len(made) == len(plain) + 5 * 24


def test_the_two_vocabularies_differ_in_two_symbols() -> None:
    reported = {each.code for each in categories()} | {word for each in categories() for word in each.keywords}
    stated = set(statements().category) | set(statements().keyword)
    assert stated - reported == {"KEYWORD_STALKING"}
    assert reported - stated == {"STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"}


def test_every_row_is_as_wide_as_its_header() -> None:
    facts = annex_facts.some(random.Random(3), 200)
    for part, rows in report.build(facts, Entered()).items():
        assert {len(row) for row in rows} == {len(annex().headers[str(part)])}, part


@pytest.mark.parametrize("seed", range(5))
def test_sums_hold_and_a_lost_measure_is_noticed(seed: int) -> None:
    facts = annex_facts.some(random.Random(seed), 300)
    parts = report.build(facts, Entered())
    assert report.problems(parts, facts) == []
    row = next(row for row in parts[5][1:] if int(row[5]))
    row[5] = str(int(row[5]) + 1)
    assert report.problems(parts, facts)


def test_what_people_enter_is_in_its_lines() -> None:
    entered = Entered(
        provider="Example Ltd", service="Example", published=date(2026, 8, 1), recipients={"TOTAL": 12, "AT": 3},
        texts={"1": "We look."},
    )  # fmt: skip
    parts = report.build(EMPTY, entered)
    assert [row[3] for row in parts[1]] == ["Example Ltd", "2026-08-01", "", "2026-01-01", "2026-06-30"]
    assert [row[6] for row in parts[10][:3]] == ["12", "3", ""]
    assert parts[11][0][4] == "We look." and parts[11][0][1] == "Example"
