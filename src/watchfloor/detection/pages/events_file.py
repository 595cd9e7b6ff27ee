"""The matched events as a file, newest first: CSV for spreadsheets, JSON lines for programs. Taking them out is in the ledger."""

from __future__ import annotations

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
from watchfloor.platform.csvfile import csv_response

MOST = 10_000
FIXED = ("id", "at", "name", "item_type", "item_id", "market")
FORMS = ("csv", "jsonl")


@require_GET
@guard.page(PERMISSION)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """``?format=csv`` or ``jsonl``, with the question and columns of the page; at most ``MOST`` events."""
    form = request.GET.get("format", "csv")
    if form not in FORMS:
        raise BadInput("bad_format", f"{form[:20]!r} is no format.", where="format", hint="csv or jsonl")
    actor, at = actor_of(request), address.read(request.GET)
    asked = ask(actor, at.question)
    columns = address.chosen(asked, at.columns, address.COLUMNS, address.MOST_COLUMNS)
    rows = list(_rows(asked, columns))
    with writing(actor) as w:
        w.event(EventsExported(len(rows), form), ("query", new_id()))
    if form == "csv":
        return csv_response("events", [*FIXED, *columns], (_cells(row) for row in rows))
    response = StreamingHttpResponse(_json(columns, rows), content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="events.jsonl"'
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


def _json(columns: list[str], rows: list[panels.Seen]) -> Iterator[bytes]:
    for row in rows:
        yield msgspec.json.encode(dict(zip([*FIXED, *columns], [*_fixed(row), *row.values], strict=True))) + b"\n"


def _fixed(row: panels.Seen) -> list[Any]:
    return [row.id, row.at.isoformat().replace("+00:00", "Z"), row.name, row.item_type, row.item_id, row.market]


def _cells(row: panels.Seen) -> list[Any]:
    return [*_fixed(row), *(" ".join(map(str, each)) if isinstance(each, list) else each for each in row.values)]
