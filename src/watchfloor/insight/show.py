"""How numbers become what templates show: units, tiles, chart data, cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from watchfloor.insight.catalogue import Metric, metric
from watchfloor.insight.happening import Change
from watchfloor.insight.queries import Kpi, Point
from watchfloor.kernel import ids

SERIES = 6  # lines a person can tell apart
MARKS = 4


def tile(kpi: Kpi, href: str) -> dict[str, Any]:
    """A KPI for the tile macro; ``kind`` says which filter writes the value."""
    return {
        "name": kpi.title, "kind": kpi.unit, "value": _scaled(kpi.unit, kpi.value), "raw": kpi.value, "before": kpi.before,
        "base": kpi.base, "good": kpi.direction if kpi.direction in ("up", "down") else "", "href": href,
        "spark": [point.value for point in kpi.series], "help": metric(kpi.key).formula,
    }  # fmt: skip


def cell(one: Metric, value: float | None, before: float | None) -> dict[str, Any]:
    """One number of a split table."""
    return {
        "kind": one.unit, "value": _scaled(one.unit, value), "raw": value, "before": before,
        "good": one.direction if one.direction in ("up", "down") else "",
    }  # fmt: skip


def _scaled(unit: str, value: float | None) -> float | timedelta | None:
    return timedelta(milliseconds=value) if unit == "ms" and value is not None else value


def chart(
    one: Metric, series: Sequence[Point], lines: dict[str, list[Point]], changes: Sequence[Change]
) -> dict[str, Any]:
    """Data for the line_chart macro: the metric, or its biggest slices; changes as marks. Durations in their best unit."""
    unit, size = _unit(one, [point.value for point in series])
    chosen = sorted(lines.items(), key=lambda item: -sum(point.value or 0 for point in item[1]))[:SERIES]
    drawn = chosen or [(one.title, list(series))]
    return {
        "times": [int(point.at.timestamp()) for point in (drawn[0][1] if drawn else series)],
        "series": [
            {"name": name, "values": [None if p.value is None else round(p.value / size, 4) for p in points]}
            for name, points in drawn
        ],
        "marks": [{"at": int(change.at.timestamp()), "label": change.words} for change in reversed(changes[:MARKS])],
        "unit": unit,
    }


def _unit(one: Metric, values: Sequence[float | None]) -> tuple[str, float]:
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
    "moment": "When", "case_id": "Case", "job_id": "Job", "age_ms": "Age", "active_ms": "Active", "due_at": "Due",
    "active_total_ms": "Active", "ready_at": "Ready", "decided_at": "Decided", "cancelled_at": "Cancelled", "born": "Case opened",
    "opened_at": "Opened", "first_human_at": "First decision", "closed_at": "Closed", "reopened_at": "Reopened",
    "appealed_at": "Appealed", "overturned_at": "Overturned", "type": "Event", "how": "How",
}  # fmt: skip


def columns(names: Sequence[str]) -> list[dict[str, Any]]:
    """Columns of the rows page for the table macro."""
    return [
        {"key": name, "label": LABELS.get(name, name.replace("_", " ").capitalize()), "number": name.endswith("_ms")}
        for name in names
    ]


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
    return {"kind": "word", "value": str(value)[-8:] if name == "reviewer" else str(value)}


def span_words(start: datetime, end: datetime) -> str:
    """``2 Nov to 9 Nov 2026 (UTC)``."""
    last = end - timedelta(microseconds=1)
    if end - start <= timedelta(days=1) and start.date() == last.date():
        return f"{start.day} {start:%b %Y}, {start:%H:%M} to {end:%H:%M} UTC"
    return f"{start.day} {start:%b} to {last.day} {last:%b %Y}, UTC"
