"""The matched events as a file, newest first: CSV for spreadsheets, JSON lines for programs. Taking them out is in the ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from watchfloor.detection.events import EventsExported
from watchfloor.detection.investigate import address, panels
from watchfloor.detection.investigate.asking import PERMISSION, Asked, ask
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing

MOST = 10_000
FIXED = ("id", "at", "name", "item_type", "item_id", "market")
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@require_GET
@guard.page(PERMISSION)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """``?format=csv`` or ``jsonl``, with the question and columns of the page; at most ``MOST`` events."""
    form = request.GET.get("format", "csv")
    if form not in TYPES:
        raise BadInput("bad_format", f"{form[:20]!r} is no format.", where="format", hint="csv or jsonl")
    actor, at = actor_of(request), address.read(request.GET)
    asked = ask(actor, at.question)
    columns = address.chosen(asked, at.columns, address.COLUMNS, address.MOST_COLUMNS)
    rows = list(_rows(asked, columns))
    with writing(actor) as w:
        w.event(EventsExported(len(rows), form), ("query", new_id()))
    lines = _csv(columns, rows) if form == "csv" else _json(columns, rows)
    response = StreamingHttpResponse(lines, content_type=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="events.{form}"'
    return response


def _rows(asked: Asked, columns: list[str]) -> Iterator[panels.Seen]:
    after, left = "", MOST
    while left:
        page = panels.stream(asked, columns, after=after, limit=min(left, panels.MOST_ROWS))
        yield from page.events
        left -= len(page.events)
        after = page.after
        if not after:
            return


def _csv(columns: list[str], rows: list[panels.Seen]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in ([*FIXED, *columns], *([*_fixed(row), *row.values] for row in rows)):
        writer.writerow([_plain(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _json(columns: list[str], rows: list[panels.Seen]) -> Iterator[bytes]:
    for row in rows:
        yield msgspec.json.encode(dict(zip([*FIXED, *columns], [*_fixed(row), *row.values], strict=True))) + b"\n"


def _fixed(row: panels.Seen) -> list[Any]:
    return [row.id, row.at.isoformat().replace("+00:00", "Z"), row.name, row.item_type, row.item_id, row.market]


def _plain(value: Any) -> Any:
    """A cell that a spreadsheet would run as a formula is written as text."""
    if isinstance(value, list):
        value = " ".join(str(each) for each in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and not isinstance(value, (int, float)) else text
