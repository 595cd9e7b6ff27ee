"""Finds every word the console says: templates, Python, and the titles in the metric catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract

SOURCE = Path(__file__).resolve().parents[1] / "src" / "watchfloor"
# ``_`` of a template and of Python; N_ marks words that are shown through ``_`` elsewhere.
KEYWORDS: dict[str, Any] = {
    "_": None, "N_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2),
    "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
TEMPLATES = {"extensions": "jinja2.ext.do", "trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
SHOWN_OF_A_METRIC = ("title", "formula", "grain", "cohort", "pitfalls", "owner")
COMMENT = ["i18n:"]  # a comment that begins so is told to the translator

Found = tuple[str | tuple[str, ...], list[str], str | None]


def template() -> Catalog:
    """All messages, with no translation; where they stand is left out, so that moving a line changes no catalogue."""
    catalog = Catalog(domain="django")
    for message, comments, context in messages():
        catalog.add(message, auto_comments=sorted(set(comments)), context=context)
    return catalog


def messages() -> Iterator[Found]:
    """Message (or singular and plural), comments for the translator, context."""
    for path in sorted(SOURCE.glob("**/jinja2/**/*.html")):
        yield from _from(path, "jinja2.ext:babel_extract", TEMPLATES)
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _from(path, "python", {})
    for path in sorted(SOURCE.rglob("catalogue/*.toml")):
        with path.open("rb") as file:
            yield from _of_metrics(file)


def _from(path: Path, method: str, options: dict[str, str]) -> Iterator[Found]:
    with path.open("rb") as file:
        for _line, message, comments, context in extract(method, file, KEYWORDS, COMMENT, options):
            if message and message != ("",):
                yield message, comments, context


def _of_metrics(file: BinaryIO) -> Iterator[Found]:
    for metric in tomllib.load(file).get("metric", []):
        for field in SHOWN_OF_A_METRIC:
            if metric.get(field):
                yield metric[field], [], None
