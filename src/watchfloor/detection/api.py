"""JSON: the rules with their states and counts, and why a rule fires on an event or does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection import queries
from watchfloor.detection.api_lists import router as lists_router
from watchfloor.detection.investigate import api as investigate
from watchfloor.detection.models import Rule
from watchfloor.engines import sml
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.items import queries as item_queries
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound

router = Router(tags=["rules"])
router.add_router("", lists_router)
router.add_router("", investigate.router)


class Count(Schema):
    """Firings: with effects, without (shadow, or outside a partial rule's share), and evaluations that failed."""

    acted: int
    shadow: int
    errors: int


class RuleOut(Schema):
    """One rule. ``decided`` and ``overturned`` count its automatic decisions of four weeks."""

    name: str
    description: str
    policy: str
    state: str
    percent: int
    file: str
    changed_at: datetime
    why: str
    last_day: Count
    last_week: Count
    decided: int
    overturned: int


class RuleDetail(RuleOut):
    """One rule with its text: where it stands, its conditions, what it asks for. ``line`` is 0 when it is not in the set."""

    line: int
    conditions: list[str]
    effects: list[str]


class ItemName(Schema):
    """The platform's name for an item."""

    type: str
    id: str


class ExplainIn(Schema):
    """A rule, and either the event it should read or an item that has been seen."""

    rule: str
    event: dict[str, Any] | None = None
    item: ItemName | None = None


@router.get("/rules", response=list[RuleOut], summary="List rules", operation_id="rules")
def rules(request: HttpRequest, state: str = "") -> list[dict[str, Any]]:
    """By name. Needs ``rule.view``."""
    _may(request)
    found = Rule.objects.order_by("name")
    if state:
        if state not in Rule.State.values:
            raise BadInput(
                "unknown_state",
                f"{state[:40]!r} is no state.",
                where="state",
                hint=f"One of: {', '.join(Rule.State.values)}.",
            )
        found = found.filter(state=state)
    return _out(list(found))


# Before /rules/{name}, which would take its address.
@router.post("/rules/explain", response=dict[str, Any], summary="Why a rule fires or not", operation_id="rules_explain")
def explain(request: HttpRequest, body: ExplainIn) -> Any:
    """The rule's conditions as a tree, each with the value it met. Needs ``rule.view``; nothing is changed or counted."""
    actor = _may(request)
    if (body.event is None) == (body.item is None):
        raise BadInput("one_of", "Give either an event or an item.", where="event")
    if body.event is not None:
        event = sml.event_from(body.event)
    else:
        assert body.item is not None
        found = item_queries.find(body.item.type, body.item.id)
        if found is None:
            raise NotFound("no_item", "There is no such item.")
        event = queries.event_of(queries.visible_item(actor, found.pk))
    return msgspec.to_builtins(queries.explain(body.rule, event), enc_hook=str)


@router.get("/rules/{name}", response=RuleDetail, summary="One rule", operation_id="rule")
def rule(request: HttpRequest, name: str) -> dict[str, Any]:
    """Needs ``rule.view``."""
    _may(request)
    row = queries.rule(name)
    facts = queries.facts_in_force().get(name)
    text: dict[str, Any] = {"line": 0, "conditions": [], "effects": []}
    if facts is not None:
        text = {"line": facts.line, "conditions": list(facts.conditions), "effects": list(facts.effects)}
    return {**_out([row])[0], **text}


def _out(found: list[Rule]) -> list[dict[str, Any]]:
    names = [row.name for row in found]
    hits, decided = queries.hits_of(names), queries.decided_by(names)
    return [
        {
            "name": row.name, "description": row.description, "policy": row.policy_key, "state": row.state,
            "percent": row.percent, "file": row.path, "changed_at": row.changed_at, "why": row.why,
            "last_day": _count(hits[row.name].day), "last_week": _count(hits[row.name].week),
            "decided": decided[row.name].count, "overturned": decided[row.name].fallen,
        }
        for row in found
    ]  # fmt: skip


def _count(counts: list[int]) -> dict[str, int]:
    return dict(zip(("acted", "shadow", "errors"), counts, strict=True))


def _may(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has("rule.view"):
        raise Forbidden("no_permission", "This token does not hold rule.view.")
    return actor
