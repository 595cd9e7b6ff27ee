"""The JSON API of facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.programme.facts import queries
from watchfloor.programme.facts.models import Fact
from watchfloor.programme.facts.pages.showing import fact_uuid

router = Router(tags=["programme"])


class FactOut(Schema):
    """A number as it was. ``value``, ``low`` and ``high`` are in the metric's unit: a count, a share of one, milliseconds."""

    id: str
    title: str
    about: str
    metric: str
    unit: str
    question: dict[str, Any]
    answer: dict[str, Any]
    formula: str
    digest: str
    read_at: datetime
    url: str


class AgainOut(Schema):
    """The same question now. ``drift``: now less then; ``why``: codes of the reasons it moved."""

    now: float | None
    drift: float | None
    why: list[str]


@router.get("/programme/facts", response=list[FactOut], summary="List facts")
def list_facts(request: HttpRequest, about: str = Query("", max_length=120)) -> Any:
    """The newest 200 facts whose numbers are open to the caller; ``about`` names what rests on them. Needs ``programme.view``."""
    actor = needs(request, "programme.view")
    rows = Fact.objects.filter(about=about) if about else Fact.objects.all()
    return [_out(row) for row in rows.order_by("-read_at", "-pk")[:200] if queries.may_see(actor, row)]


@router.get("/programme/facts/{fact_id}", response=FactOut, summary="Read a fact")
def read_fact(request: HttpRequest, fact_id: str) -> Any:
    """One fact; 404 where its number is not open to the caller. Needs ``programme.view``."""
    return _out(_seen(request, fact_id))


@router.get("/programme/facts/{fact_id}/again", response=AgainOut, summary="Ask a fact again")
def ask_again(request: HttpRequest, fact_id: str) -> Any:
    """The same question now, with the rights it was read with, and why it moved. Needs ``programme.view``."""
    row = _seen(request, fact_id)
    found = queries.again(needs(request, "programme.view"), row)
    return {
        "now": found.now.value if found.now else None,
        "drift": found.drift,
        "why": [each.code for each in found.why],
    }


def _seen(request: HttpRequest, fact_id: str) -> Fact:
    actor = needs(request, "programme.view")
    row = queries.fact(actor, fact_uuid(fact_id))
    if not queries.may_see(actor, row):
        raise NotFound("unknown_fact", "There is no such fact.")
    return row


def _out(row: Fact) -> dict[str, Any]:
    return {
        "id": ids.encode(queries.PREFIX, row.pk), "title": row.title, "about": row.about, "metric": row.metric, "unit": row.unit,
        "question": row.question, "answer": row.answer, "formula": row.formula, "digest": row.digest, "read_at": row.read_at,
        "url": queries.url(row),
    }  # fmt: skip
