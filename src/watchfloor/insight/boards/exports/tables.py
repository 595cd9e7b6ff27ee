"""Answers as one long table: a row for each number, with its metric, its slice, its interval, what it was before and its target."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any, Final

import msgspec
import polars as pl

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer, span_said
from watchfloor.insight.compile import INTERVALS
from watchfloor.platform import csvfile

_TIME: Final = pl.Datetime("us", "UTC")
SCHEMA: Final[dict[str, Any]] = {
    "panel": pl.String, "metric": pl.String, "unit": pl.String, "dimension": pl.String, "slice": pl.String,
    "second_dimension": pl.String, "second_slice": pl.String, "from": _TIME, "to": _TIME, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "before": pl.Float64, "target": pl.Float64,
}  # fmt: skip


def rows(answered: Answer) -> Iterator[tuple[Any, ...]]:
    """In the order of ``SCHEMA``; values in the metric's unit (counts; shares 0 to 1; milliseconds)."""
    panel = answered.panel
    start, end = answered.start.astimezone(UTC), answered.end.astimezone(UTC)
    for number in answered.numbers:
        yield (
            answered.title, number.metric, number.unit, "", "", "", "", start, end, number.value, None, None, number.before,
            number.target,
        )  # fmt: skip
    for line in answered.lines:
        for place, dot in enumerate(line.dots):
            at = dot.at.astimezone(UTC)
            before = line.before[place] if place < len(line.before) else None
            until = min(at + INTERVALS[answered.interval], end)
            yield (
                answered.title, line.metric, answered.unit, panel.by, line.name if panel.by else "", "", "", at, until, dot.value,
                dot.low, dot.high, before, line.target,
            )  # fmt: skip
    for row in answered.rows:
        for place, cell in enumerate(row.cells):
            if panel.form == "heat":
                second, name = panel.then, answered.columns[place + 1]
            else:
                second, name = (panel.then, row.names[1]) if len(row.names) > 1 else ("", "")
            yield (
                answered.title, cell.metric, cell.unit, panel.by, row.names[0], second, name, start, end, cell.value, None, None,
                cell.before, None,
            )  # fmt: skip


def about(name: str, answers: Sequence[Answer]) -> list[str]:
    """What stands above the rows: what was asked, of what, when; each definition once."""
    lines = [f"Watchfloor: {name}"]
    for answered in answers[:1]:
        lines += [
            f"Span: {span_said(answered)}", f"Filters: {wording.filters_words(answered.filters)}",
            f"Counted: {answered.counted_at.astimezone(UTC).isoformat(timespec='seconds')}",
        ]  # fmt: skip
    definitions = dict.fromkeys(
        (title, formula) for answered in answers for title, formula, _pitfalls in answered.definitions
    )
    return lines + [f"{title}: {formula}" for title, formula in definitions]


def csv(name: str, answers: Sequence[Answer]) -> bytes:
    """Lines that begin with # say what it is; then the head; then the rows. Nothing in it runs in a spreadsheet."""
    told = "".join("".join(csvfile.lines([f"# {line}"], ())).removeprefix(csvfile.BOM) for line in about(name, answers))
    body = "".join(csvfile.lines(list(SCHEMA), (row for answered in answers for row in rows(answered))))
    return (csvfile.BOM + told + body.removeprefix(csvfile.BOM)).encode()


def parquet(name: str, answers: Sequence[Answer]) -> bytes:
    """The same rows, typed; what the CSV says above them is in the file's metadata under ``watchfloor``."""
    frame = pl.DataFrame([row for answered in answers for row in rows(answered)], schema=SCHEMA, orient="row")
    target = io.BytesIO()
    told = msgspec.json.encode({"board": name, "about": about(name, answers)}).decode()
    frame.write_parquet(target, metadata={"watchfloor": told})
    return target.getvalue()
