"""The JSON API of boards and of asking in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.insight.boards import keeping, looking, serving
from watchfloor.insight.boards.answers import answer
from watchfloor.insight.boards.domain.document import Document
from watchfloor.insight.boards.exports import tables as rows_of
from watchfloor.insight.boards.sql import runs
from watchfloor.kernel.errors import BadInput, NotFound

router = Router(tags=["insight"])


class BoardOut(Schema):
    """A board. ``document`` is what ``POST /v1/insight/boards`` takes: its panels and what they look at."""

    id: UUID
    key: str
    name: str
    purpose: str
    shared: bool
    version: int
    changed_at: datetime
    document: dict[str, Any]


class BoardIn(Schema):
    """A board to make."""

    name: str
    purpose: str = ""
    shared: bool = False
    document: dict[str, Any]


class PanelNumber(Schema):
    """One number of a panel. ``value`` is in the metric's unit: a count, a share of one, milliseconds; null was not measured."""

    metric: str
    unit: str
    dimension: str
    slice: str
    second_dimension: str
    second_slice: str
    start: datetime
    end: datetime
    value: float | None
    low: float | None
    high: float | None
    before: float | None
    target: float | None


class PanelOut(Schema):
    """A panel answered: what it says in a sentence, and every number of it."""

    title: str
    sentence: str
    base: str
    counted_at: datetime
    numbers: list[PanelNumber]


class SqlIn(Schema):
    """One SELECT; ``days`` back from now are read of the facts (the derived tables are whole)."""

    sql: str
    days: int = 28


class SqlOut(Schema):
    """The answer. ``columns`` are ``[name, type]``; ``more``: there were more rows than are given."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    more: bool
    facts_read: int
    took_ms: int


@router.get("/insight/boards", response=list[BoardOut], summary="List boards")
def list_boards(request: HttpRequest) -> Any:
    """The boards the caller may open. Needs ``insight.view``."""
    return [_out(row) for row in keeping.listed(needs(request, "insight.view"))]


@router.post("/insight/boards", response=BoardOut, summary="Make a board")
def make_board(request: HttpRequest, body: BoardIn) -> Any:
    """Make a board of the caller's own, or a shared one. Needs ``board.edit``."""
    actor = needs(request, "board.edit")
    try:
        document = msgspec.convert(body.document, Document)
    except msgspec.ValidationError as problem:
        raise BadInput("bad_document", f"{problem}.", where="document") from None
    return _out(keeping.make(actor, body.name, document, purpose=body.purpose, shared=body.shared))


@router.get("/insight/boards/{uuid:board_id}/panels/{panel_id}", response=PanelOut, summary="Answer a panel")
def answer_panel(request: HttpRequest, board_id: UUID, panel_id: str) -> Any:
    """A panel's numbers with the caller's rights; the query narrows it as a board's address does. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    row = keeping.opened(actor, board_id)
    document = keeping.document_of(row)
    panel = next((each for each in document.panels if each.id == panel_id), None)
    if panel is None:
        raise NotFound("no_panel", "There is no such panel on this board.")
    found = answer(actor, panel, looking.read(document, request.GET.dict()))
    names = [{"from": "start", "to": "end"}.get(name, name) for name in rows_of.SCHEMA]
    numbers = [dict(zip(names, each, strict=True)) for each in rows_of.rows(found)]
    return {
        "title": found.title, "sentence": found.sentence, "base": found.base, "counted_at": found.counted_at, "numbers": numbers,
    }  # fmt: skip


@router.post("/insight/sql", response=SqlOut, summary="Ask the facts in SQL")
def ask_sql(request: HttpRequest, body: SqlIn) -> Any:
    """One SELECT over the facts the caller may see; at most 20,000 rows and 30 seconds. Needs ``insight.sql``."""
    actor = needs(request, "insight.sql")
    run_id = runs.start(actor, body.sql, body.days)
    found = runs.wait(actor, run_id, runs.SECONDS + 5).answer
    if found is None:
        runs.cancel(actor, run_id)
        raise BadInput("too_slow", f"It took more than {runs.SECONDS} s and was stopped.", where="sql")
    if found.error:
        raise BadInput(found.code, found.error, where="sql")
    return {
        "columns": found.columns, "rows": found.rows, "more": found.more, "facts_read": found.read, "took_ms": found.took_ms,
    }  # fmt: skip


def _out(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "key": row.key, "name": serving.name_of(row), "purpose": serving.purpose_of(row), "shared": row.shared,
        "version": row.version, "changed_at": row.changed_at, "document": row.document,
    }  # fmt: skip
