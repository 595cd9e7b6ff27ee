"""The endpoint of the JSON API: ``POST /v1/sql`` and the tables it may name."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from pydantic import Field

from watchfloor.identity.guard import needs
from watchfloor.insight.star import asking
from watchfloor.insight.star.making import TABLES
from watchfloor.interop.sql import answering

router = Router(tags=["insight"])


class SqlAsk(Schema):
    """One SELECT over the star schema. ``parameters``: values for ``?`` (a list) or ``$name`` (an object)."""

    sql: str
    parameters: list[Any] | dict[str, Any] | None = None
    rows: int = Field(20_000, description="At most so many rows are given; more is said by `more` (X-More-Rows).")
    seconds: float = Field(30, description="It is stopped after so long.")
    format: Literal["json", "ndjson", "csv"] = "json"


class SqlColumn(Schema):
    """A column of an answer."""

    name: str
    type: str


class SqlAnswer(Schema):
    """What came back, as JSON. Times are UTC; whole numbers beyond 2^53 and decimals are texts."""

    columns: list[SqlColumn]
    rows: list[list[Any]]
    more: bool
    facts_read: int
    took_ms: int


class SqlTable(Schema):
    """A table of the star schema."""

    name: str
    doc: str
    columns: list[dict[str, str]]


@router.post("/sql", response=SqlAnswer, summary="Ask the star schema in SQL")
def ask(request: HttpRequest, body: SqlAsk) -> HttpResponseBase:
    """One SELECT over the rows the caller may see. It is stopped when the caller goes away. Needs ``insight.sql``."""
    actor = needs(request, asking.PERMISSION)
    run_id = asking.start(actor, body.sql, parameters=body.parameters, seconds=body.seconds, most_rows=body.rows)
    return answering.respond(actor, run_id, body.format)


@router.get("/sql/tables", response=list[SqlTable], summary="List the tables of the star schema")
def tables(request: HttpRequest) -> Any:
    """Every table with its columns and what they mean. Needs ``insight.sql``."""
    needs(request, asking.PERMISSION)
    return [
        {
            "name": each.name, "doc": each.doc,
            "columns": [{"name": column.name, "type": column.type, "doc": column.doc} for column in each.columns],
        }
        for each in TABLES.values()
    ]  # fmt: skip
