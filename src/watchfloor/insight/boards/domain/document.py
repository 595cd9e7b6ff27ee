"""A board as data: panels in reading order on a grid of four columns, and what they all look at unless they say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

FORMS: Final = ("number", "line", "multiples", "bars", "table", "heat", "text")
SPANS: Final = ("", "today", "24h", "7d", "14d", "28d")
INTERVALS: Final = ("", "hour", "day", "week")
COMPARES: Final = ("", "usual", "before", "weekdays", "none", "other")
COLUMNS: Final = 4
TALLEST: Final = 3
MOST_PANELS: Final = 40
MOST_METRICS: Final = 6
LONGEST_TEXT: Final = 2_000
FROM_SPLIT: Final = frozenset({"multiples", "bars", "table", "heat"})  # forms that need a dimension to split by


class Panel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One picture: which numbers, how drawn, how big. An empty span, interval or filter is the board's.

    form: number (with sparkline) | line | multiples | bars | table | heat | text. width: 1 to 4 columns; height: 1 to 3 rows.
    by, then: dimensions to split by; ``then`` only for heat tables (their columns) and tables.
    """

    id: str
    form: str = "number"
    metrics: tuple[str, ...] = ()
    by: str = ""
    then: str = ""
    span: str = ""
    interval: str = ""
    filters: dict[str, str] = {}
    title: str = ""
    text: str = ""
    width: int = 1
    height: int = 1


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a board that a version keeps. compare: usual | before | weekdays | none | other (``other`` names whom: ``market:DE``)."""

    panels: tuple[Panel, ...] = ()
    span: str = "7d"
    interval: str = ""
    compare: str = "usual"
    other: str = ""
    filters: dict[str, str] = {}


def check(document: Document, metrics: Mapping[str, object], dimensions: Mapping[str, object]) -> Document:
    """The document itself, when everything in it is known and within bounds.

    Raises:
        BadInput: with the place (``panels[2].metrics[0]``) and what is allowed there.
    """
    if len(document.panels) > MOST_PANELS:
        raise BadInput("too_many_panels", f"A board has at most {MOST_PANELS} panels.", where="panels")
    _one_of(document.span, SPANS, "span")
    _one_of(document.interval, INTERVALS, "interval")
    _one_of(document.compare, COMPARES, "compare")
    _filters(document.filters, dimensions, "filters")
    if document.compare == "other" and document.other.partition(":")[0] not in dimensions:
        raise BadInput("bad_other", "Say whom to compare with, as market:DE.", where="other")
    seen: set[str] = set()
    for number, panel in enumerate(document.panels):
        _check_panel(panel, metrics, dimensions, f"panels[{number}]")
        if panel.id in seen:
            raise BadInput("same_panel_twice", "Two panels have the same id.", where=f"panels[{number}].id")
        seen.add(panel.id)
    return document


def _check_panel(panel: Panel, metrics: Mapping[str, object], dimensions: Mapping[str, object], where: str) -> None:
    if not panel.id or len(panel.id) > 40 or not panel.id.replace("-", "").isalnum() or not panel.id.isascii():
        raise BadInput("bad_panel_id", "A panel's id is made of letters, digits and hyphens.", where=f"{where}.id")
    _one_of(panel.form, FORMS, f"{where}.form")
    _one_of(panel.span, SPANS, f"{where}.span")
    _one_of(panel.interval, INTERVALS, f"{where}.interval")
    if not 1 <= panel.width <= COLUMNS or not 1 <= panel.height <= TALLEST:
        raise BadInput("bad_size", f"A panel is 1 to {COLUMNS} columns wide and 1 to {TALLEST} rows high.", where=where)
    if len(panel.title) > 120 or len(panel.text) > LONGEST_TEXT:
        raise BadInput("too_long", f"A title has at most 120 characters, a text {LONGEST_TEXT:,}.", where=where)
    _filters(panel.filters, dimensions, f"{where}.filters")
    for name in (panel.by, panel.then):
        if name and name not in dimensions:
            raise BadInput(
                "unknown_dimension", f"{name[:40]!r} is no dimension.", where=f"{where}.by", hint=", ".join(dimensions)
            )
    if panel.form == "text":
        return
    if not 1 <= len(panel.metrics) <= MOST_METRICS:
        raise BadInput("bad_metrics", f"Choose one to {MOST_METRICS} metrics.", where=f"{where}.metrics")
    for place, key in enumerate(panel.metrics):
        if key not in metrics:
            raise BadInput("unknown_metric", f"There is no metric {key[:60]!r}.", where=f"{where}.metrics[{place}]")
    if panel.form in FROM_SPLIT and not panel.by:
        raise BadInput("needs_split", "This form needs something to split by.", where=f"{where}.by")
    if panel.form == "heat" and (not panel.then or panel.then == panel.by):
        raise BadInput("needs_two_splits", "A heat table needs two different dimensions.", where=f"{where}.then")


def _one_of(value: str, allowed: tuple[str, ...], where: str) -> None:
    if value not in allowed:
        raise BadInput(
            "unknown_choice",
            f"{value[:40]!r} is not one of the choices.",
            where=where,
            hint=", ".join(filter(None, allowed)),
        )


def _filters(filters: Mapping[str, str], dimensions: Mapping[str, object], where: str) -> None:
    for name, value in filters.items():
        if name not in dimensions:
            raise BadInput(
                "unknown_dimension", f"{name[:40]!r} is no dimension.", where=where, hint=", ".join(dimensions)
            )
        if len(value) > 200:
            raise BadInput("too_long", "A filter's value has at most 200 characters.", where=f"{where}.{name}")
