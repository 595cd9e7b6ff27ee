"""What the pages of boards share: a board answered within a budget of time, the fields of its filter bar, previews of the index."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, params, queries
from watchfloor.insight.boards import marking, wording
from watchfloor.insight.boards.answers import Answer, answer, title_of
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.boards.drawing.picture import grid
from watchfloor.insight.boards.looking import CARRIED, Look
from watchfloor.insight.boards.models import Board
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.insight.pages import EVERY
from watchfloor.insight.schema import DIMENSIONS, SIMULATED
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.kernel.ids import new_id

# Seconds that a page waits for its panels; what is not there then comes one by one, and need not be waited for.
PATIENCE = 1.5


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A panel on the page: answered, failed in a sentence, or still to come from ``url``."""

    panel: Panel
    url: str
    answer: Answer | None = None
    ask: UUID | None = None  # under which one that is still to come can be stopped
    problem: str = ""

    @property
    def title(self) -> str:
        """As it is headed, answered or not."""
        known = catalogue.metrics()
        return (
            _(self.panel.title)
            if self.panel.title
            else title_of(self.panel, [known[key] for key in self.panel.metrics if key in known])
        )


def slots(
    actor: Actor, row: Board, document: Document, look: Look, query: str, patience: float = PATIENCE
) -> list[Slot]:
    """Every panel, answered in order for as long as there is patience (the first always)."""
    end = time.monotonic() + patience
    targets = list(marking.targets(actor))
    found = []
    for place, panel in enumerate(document.panels):
        url = reverse("board-panel", args=[row.pk, panel.id]) + (f"?{query}" if query else "")
        if place and time.monotonic() > end:
            found.append(Slot(panel=panel, url=url, ask=new_id()))
            continue
        try:
            found.append(Slot(panel=panel, url=url, answer=answer(actor, panel, look, targets)))
        except WatchfloorError as problem:
            found.append(Slot(panel=panel, url=url, problem=problem.message))
    return found


def carried(query: Mapping[str, str]) -> dict[str, str]:
    """Of an address what narrows a board; it goes with every link and export."""
    return {name: query[name] for name in (*CARRIED, *titles()) if name in query}


def fields(actor: Actor, look: Look) -> list[dict[str, Any]]:
    """The filter bar: span, interval, comparison, and a field for each usual dimension with the values it has."""
    found: list[dict[str, Any]] = [
        {"name": "span", "label": _("As the board says"), "options": list(params.SPANS.items())},
        {
            "name": "interval", "label": _("Interval"),
            "options": [("hour", _("By hour")), ("day", _("By day")), ("week", _("By week"))],
        },
        {
            "name": "compare", "label": _("Compare"),
            "options": [
                ("usual", _("with what is usual")), ("before", _("with the period before")),
                ("weekdays", _("with the same weekdays")), ("none", _("with nothing")),
            ],
        },
    ]  # fmt: skip
    start, end = params.read(look.asked).span.start, params.read(look.asked).span.end
    others: list[tuple[str, str]] = []
    for name in params.filters():
        values = sorted(queries.values_of(actor, queries.Span(start=start, end=end), name))
        found.append(
            {
                "name": name,
                "label": _(EVERY[name]) if name in EVERY else wording.dimension_words(name),
                "options": [(value, value) for value in values],
            }
        )
        if name in ("market", "vendor"):
            others += [(f"{name}:{value}", f"{_(DIMENSIONS[name])} {value}") for value in values]
    found.append({"name": "other", "label": _("Beside nobody"), "options": others})
    return found


def simulated() -> list[str]:
    """Dimensions that the demo invents, in words; nothing outside the demo."""
    return sorted(_(DIMENSIONS[name]) for name in SIMULATED if name in DIMENSIONS) if settings.DEMO else []


def preview(document: Document) -> dict[str, Any]:
    """A board in miniature: where its panels lie and of which form each is."""
    panels = document.panels[:14]
    placed, rows = grid([(panel.width, panel.height) for panel in panels], 4)
    return {
        "rows": max(1, rows),
        "panels": [
            {"x": column, "y": row, "w": panel.width, "h": panel.height, "form": panel.form}
            for panel, (column, row) in zip(panels, placed, strict=True)
        ],
    }


def name_of(row: Board) -> str:
    """A board's name; a shipped one that nobody renamed speaks the reader's language."""
    return _(row.name) if row.key else row.name


def purpose_of(row: Board) -> str:
    """What it is for, likewise."""
    return _(row.purpose) if row.key and row.purpose else row.purpose


def form_names() -> list[tuple[str, str]]:
    """Forms as they are chosen."""
    return [
        ("number", _("Big number")), ("line", _("Line")), ("multiples", _("Small multiples")), ("bars", _("Bars")),
        ("table", pgettext("form of a panel", "Table")), ("heat", _("Heat table")), ("text", pgettext("form of a panel", "Text")),
    ]  # fmt: skip


def chart(answered: Answer) -> dict[str, Any]:
    """Data for the line_chart macro: lines, what they are compared with, intervals, targets, marks; each point's rows."""
    values = [dot.value for line in answered.lines for dot in line.dots if dot.value is not None]
    unit, size = wording.scale(answered.unit, max(values, default=0))
    longest = max((line.dots for line in answered.lines), key=len, default=[])

    def scaled(many: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else round(value / size, 4) for value in many]

    found: dict[str, Any] = {
        "times": [int(dot.at.timestamp()) for dot in longest],
        "series": [
            {
                "name": line.name,
                "values": scaled([dot.value for dot in line.dots]),
                "links": [dot.url for dot in line.dots],
            }
            for line in answered.lines
        ],
        "marks": [{"at": int(mark.at.timestamp()), "label": mark.words} for mark in answered.marks],
        "marks_apart": True,
        "unit": unit,
    }
    if len(answered.lines) == 1:
        line = answered.lines[0]
        if any(dot.low is not None for dot in line.dots):
            found["band"] = {
                "low": scaled([dot.low for dot in line.dots]),
                "high": scaled([dot.high for dot in line.dots]),
            }
            found["band_name"] = _("95 % interval")
        if line.before:
            found["before"] = {"name": answered.base, "values": scaled(line.before)}
        if line.target is not None:
            found["target"] = {"name": _("target"), "value": round(line.target / size, 4)}
    return found
