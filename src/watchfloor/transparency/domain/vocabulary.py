"""The words of the EU's two vocabularies: of statements of reasons (their database), and of transparency reports (Annex I).

Both are data (``domain/data``), copied as facts and never retyped: header cells and row keys carry trailing and non-breaking
spaces that belong to them. The two differ in two symbols: ``KEYWORD_STALKING`` exists for statements only,
``STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER`` for reports only.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

OTHER_KEYWORD: Final = "KEYWORD_OTHER"
TOTAL: Final = "TOTAL"
_DATA = files("watchfloor.transparency.domain") / "data"


class StatementWords(msgspec.Struct, frozen=True, kw_only=True):
    """The values that fields of a statement may have; dictionaries give each value its English name."""

    decision_visibility: dict[str, str]
    decision_monetary: dict[str, str]
    decision_provision: dict[str, str]
    decision_account: dict[str, str]
    account_type: dict[str, str]
    decision_ground: dict[str, str]
    content_type: dict[str, str]
    source_type: dict[str, str]
    automated_decision: dict[str, str]
    category: dict[str, str]
    keyword: dict[str, str]
    yes_no: list[str]
    territory: list[str]  # EU and EEA
    member_states: list[str]
    languages: list[str]  # ISO 639-1 in capitals
    official_languages: list[str]


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A category of a report with its sub-categories, in the order of Annex I."""

    code: str
    label: str  # "Category 3"
    name: str
    keywords: tuple[str, ...]


class AnnexWords(msgspec.Struct, frozen=True, kw_only=True):
    """Headers and row keys of the eleven parts, by the part's number as text."""

    files: dict[str, str]
    headers: dict[str, list[str]]
    categories: list[tuple[str, str, str, str]]
    keys: dict[str, list[list[str]]]
    applicability: dict[str, str]


@cache
def statements() -> StatementWords:
    """The vocabulary of statements of reasons."""
    return msgspec.json.decode((_DATA / "statements.json").read_bytes(), type=StatementWords)


@cache
def annex() -> AnnexWords:
    """The vocabulary and the layout of transparency reports."""
    return msgspec.json.decode((_DATA / "annex1.json").read_bytes(), type=AnnexWords)


@cache
def categories() -> tuple[Category, ...]:
    """The categories of reports, in order, without the line for all of them."""
    found: list[Category] = []
    for label, name, code, _note in annex().categories:
        if code.startswith("STATEMENT_CATEGORY_"):
            found.append(Category(code=code, label=label, name=name.strip(), keywords=()))
        elif code.startswith("KEYWORD_"):
            last = found[-1]
            found[-1] = msgspec.structs.replace(last, keywords=(*last.keywords, code))
    return tuple(found)


@cache
def sub_category(category: str, keyword: str) -> str:
    """Under which sub-category of ``category`` a keyword is counted: its own, else the category's ``KEYWORD_OTHER``."""
    for each in categories():
        if each.code == category:
            return keyword if keyword in each.keywords else OTHER_KEYWORD
    return OTHER_KEYWORD


def name_of(code: str) -> str:
    """A category or a keyword in English words; what is unknown stays as it is."""
    words: Any = statements()
    return str(words.category.get(code) or words.keyword.get(code) or _report_only().get(code) or code)


@cache
def _report_only() -> dict[str, str]:
    return {each.code: each.name for each in categories()}
