"""How numbers become what templates show: units, tiles, chart data, cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from watchfloor.insight.catalogue import Metric, metric
from watchfloor.insight.happening import Change
from watchfloor.insight.queries import Kpi, Point
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import ids

SERIES = 6  # lines a person can tell apart
MARKS = 4


def tile(kpi: Kpi, href: str) -> dict[str, Any]:
    """A KPI for the tile macro; ``kind`` says which filter writes the value."""
    return {
        "name": _(kpi.title), "kind": kpi.unit, "value": scaled(kpi.unit, kpi.value), "raw": kpi.value, "before": kpi.before,
        "base": kpi.base, "good": kpi.direction if kpi.direction in ("up", "down") else "", "href": href,
        "spark": [point.value for point in kpi.series], "help": _(metric(kpi.key).formula),
    }  # fmt: skip


def cell(one: Metric, value: float | None, before: float | None) -> dict[str, Any]:
    """One number of a split table."""
    return {
        "kind": one.unit, "value": scaled(one.unit, value), "raw": value, "before": before,
        "good": one.direction if one.direction in ("up", "down") else "",
    }  # fmt: skip


def scaled(unit: str, value: float | None) -> float | timedelta | None:
    return timedelta(milliseconds=value) if unit == "ms" and value is not None else value


def chart(
    one: Metric, series: Sequence[Point], lines: dict[str, list[Point]], changes: Sequence[Change]
) -> dict[str, Any]:
    """Data for the line_chart macro: the metric, or its biggest slices; changes as marks. Durations in their best unit."""
    unit, size = unit_of(one, [point.value for point in series])
    chosen = sorted(lines.items(), key=lambda item: -sum(point.value or 0 for point in item[1]))[:SERIES]
    drawn = chosen or [(_(one.title), list(series))]
    return {
        "times": [int(point.at.timestamp()) for point in (drawn[0][1] if drawn else series)],
        "series": [
            {"name": name, "values": [None if p.value is None else round(p.value / size, 4) for p in points]}
            for name, points in drawn
        ],
        "marks": [{"at": int(change.at.timestamp()), "label": change.words} for change in reversed(changes[:MARKS])],
        "unit": unit,
    }


def unit_of(one: Metric, values: Sequence[float | None]) -> tuple[str, float]:
    """How its values are best written: the unit, and what they are divided by."""
    if one.unit == "share":
        return "%", 0.01
    if one.unit != "ms":
        return "", 1
    top = max((value for value in values if value is not None), default=0)
    for unit, size in (("h", 3_600_000), ("min", 60_000)):
        if top >= 2 * size:
            return unit, size
    return "s", 1000


LABELS = {
    "moment": N_("When"), "case_id": N_("Case"), "job_id": N_("Job"), "age_ms": N_("Age"), "active_ms": N_("Active"),
    "due_at": N_("Due"), "active_total_ms": N_("Active"), "ready_at": N_("Ready"), "decided_at": N_("Decided"),
    "cancelled_at": N_("Cancelled"), "born": N_("Case opened"), "opened_at": N_("Opened"),
    "first_human_at": N_("First decision"), "closed_at": N_("Closed"), "reopened_at": N_("Reopened"),
    "appealed_at": N_("Appealed"), "overturned_at": N_("Overturned"), "type": N_("Event"), "how": N_("How"),
    "cause": N_("Cause"),
}  # fmt: skip

NAMED = {"verdict", "outcome", "how", "kind"}  # columns whose values have words
VALUES = {
    "violating": N_("violating"), "clean": N_("clean"), "unsure": N_("unsure"), "upheld": N_("upheld"), "overturned": N_("overturned"),
    "modified": N_("changed"), "manual": N_("by a person"), "auto": N_("by a rule"), "review": N_("review"),
    "second": N_("second opinion"), "appeal": N_("appeal"), "escalation": N_("escalation"), "cluster": N_("cluster"),
}  # fmt: skip


def _label(name: str) -> str:
    known = LABELS.get(name) or DIMENSIONS.get(name)
    return _(known) if known else name.replace("_", " ").capitalize()


def columns(names: Sequence[str]) -> list[dict[str, Any]]:
    """Columns of the rows page for the table macro."""
    return [{"key": name, "label": _label(name), "number": name.endswith("_ms")} for name in names]


def cells(names: Sequence[str], row: Sequence[Any]) -> list[dict[str, Any]]:
    """One row: each value with how it is written (moment, duration, case, reviewer, word)."""
    return [_cell(name, value) for name, value in zip(names, row, strict=True)]


def filled(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Places of the columns that hold something in these rows; the first two are always kept."""
    return [place for place in range(len(names)) if place < 2 or any(row[place] not in (None, "") for row in rows)]


def _cell(name: str, value: Any) -> dict[str, Any]:
    if value is None or value == "":
        return {"kind": "none", "value": None}
    if isinstance(value, datetime):
        return {"kind": "moment", "value": value.replace(tzinfo=UTC)}
    if name.endswith("_ms"):
        return {"kind": "duration", "value": timedelta(milliseconds=value)}
    if name in ("case_id", "job_id"):
        kind = name.removesuffix("_id")
        try:
            return {"kind": kind, "value": ids.encode(kind, UUID(value)), "short": ids.short(UUID(value))}
        except ValueError:
            return {"kind": "word", "value": value}
    known = VALUES.get(str(value)) if name in NAMED else None
    return {"kind": "word", "value": _(known) if known else str(value)[-8:] if name == "reviewer" else str(value)}


def span_words(start: datetime, end: datetime) -> str:
    """``2 Nov to 9 Nov 2026 (UTC)``."""
    first, last = start, end - timedelta(microseconds=1)
    if end - start <= timedelta(days=1) and start.date() == last.date():
        return _("%(day)s, %(from)s to %(to)s UTC") % {
            "day": date_format(first, "j M Y"), "from": f"{start:%H:%M}", "to": f"{end:%H:%M}",
        }  # fmt: skip
    return _("%(from)s to %(to)s, UTC") % {"from": date_format(first, "j M"), "to": date_format(last, "j M Y")}
