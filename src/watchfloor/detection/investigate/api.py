"""JSON: a question to the lake, as the page asks it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.detection.investigate import address, panels
from watchfloor.detection.investigate.asking import ask
from watchfloor.identity.middleware import actor_of

router = Router(tags=["investigate"])


class StreamIn(Schema):
    """Which events are listed: the values of these columns, and from where on."""

    columns: list[str] = Field(default_factory=list, max_length=address.MOST_COLUMNS)
    after: str = ""
    limit: int = Field(panels.PAGE, ge=1, le=panels.MOST_ROWS)


class InvestigateIn(Schema):
    """A query in the rule language (empty: every event) over a span: ``span`` (``24h``), or ``start`` and ``end``.

    ``top`` names the columns whose leading values are counted; ``events`` asks for the events themselves.
    """

    query: str = ""
    span: str = ""
    start: datetime | None = None
    end: datetime | None = None
    top: list[str] = Field(default_factory=list, max_length=address.MOST_COLUMNS)
    top_limit: int = Field(panels.TOP, ge=1, le=panels.MOST_TOP)
    events: StreamIn | None = None


class InvestigateOut(Schema):
    """``by_rows`` says which part of the query has no fast form; ``start`` and ``end`` are the span that was answered about."""

    start: datetime
    end: datetime
    by_rows: str
    series: dict[str, Any]
    top: list[dict[str, Any]]
    events: dict[str, Any] | None


@router.post("/investigate", response=InvestigateOut, summary="Ask the events a question", operation_id="investigate")
def investigate(request: HttpRequest, body: InvestigateIn) -> dict[str, Any]:
    """Counts over time, leading values with the span before beside them, events newest first; never of other markets than the
    token's. Needs ``investigate.view``. A query that cannot be read answers 422 with its place (``query:line:column``)."""
    given = {"q": body.query, "span": body.span}
    if body.start is not None or body.end is not None:
        given |= {"from": body.start.isoformat() if body.start else "", "to": body.end.isoformat() if body.end else ""}
    at = address.read(given)
    return answer(ask(actor_of(request), at.question), body)


def answer(asked: Any, body: InvestigateIn) -> dict[str, Any]:
    """What the body asks for."""
    listed = None
    if body.events is not None:
        wanted = body.events
        listed = msgspec.to_builtins(panels.stream(asked, wanted.columns, after=wanted.after, limit=wanted.limit))
    return {
        "start": asked.question.start, "end": asked.question.end, "by_rows": asked.by_rows,
        "series": msgspec.to_builtins(panels.series(asked)),
        "top": [msgspec.to_builtins(each) for each in panels.top(asked, body.top, body.top_limit)],
        "events": listed,
    }  # fmt: skip
