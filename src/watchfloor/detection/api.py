"""JSON: the rules with their states and counts, and why a rule fires on an event or does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection import actions, life, quality, queries, standing
from watchfloor.detection.api_lists import router as lists_router
from watchfloor.detection.domain import STEPS
from watchfloor.detection.hold import holding
from watchfloor.detection.investigate import api as investigate
from watchfloor.detection.models import BacktestRun, Evidence, Rule
from watchfloor.engines import sml
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.items import queries as item_queries
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing

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


class GateOut(Schema):
    """A condition before a rule may act: tests, backtest or approval."""

    key: str
    open: bool
    words: str
    hint: str


class LifeOut(Schema):
    """Where a rule stands: what may follow, what its newest text still needs to be on, and whether that text waits."""

    rule: str
    state: str
    percent: int
    next: list[str]
    waits: bool
    gates: list[GateOut]


class StepIn(Schema):
    """A step of a rule's life. ``percent`` only for ``partial``."""

    state: str
    why: str
    percent: int = 100


class RuleWhyIn(Schema):
    """A reason."""

    why: str


class BacktestIn(Schema):
    """How many days to look back."""

    days: int = 28
    why: str = ""


class RuleRunOut(Schema):
    """A backtest on its way: waiting, running, done or failed. ``evidence`` is there when it is done."""

    id: str
    rule: str
    state: str
    done: int
    total: int
    problem: str
    evidence: str | None


class TestIn(Schema):
    """An event on which the rule must fire, or must not."""

    event: dict[str, Any]
    fires: bool
    name: str = ""


class HoldIn(Schema):
    """For how long automatic actions become cases, and why."""

    hours: float
    why: str


class HoldOut(Schema):
    """Whether automatic actions are held."""

    held: bool
    until: datetime | None = None
    why: str = ""


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
    needs(request, "rule.view")
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
    actor = needs(request, "rule.view")
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


# Before /rules/{name} as well.
@router.get("/rules/hold", response=HoldOut, summary="Are automatic actions held?", operation_id="rules_hold_now")
def hold_now(request: HttpRequest) -> dict[str, Any]:
    """Needs ``rule.view``."""
    needs(request, "rule.view")
    return _hold()


@router.post("/rules/hold", response=HoldOut, summary="Hold automatic actions", operation_id="rules_hold")
def hold(request: HttpRequest, body: HoldIn) -> dict[str, Any]:
    """From now on what a rule would do by itself becomes a case. Needs ``rule.enable``."""
    with writing(needs(request, "rule.enable")) as w:
        actions.hold_automation(w, why=body.why, hours=body.hours)
    return _hold()


@router.delete("/rules/hold", response=HoldOut, summary="Let rules act again", operation_id="rules_lift_hold")
def lift(request: HttpRequest, why: str) -> dict[str, Any]:
    """Before the hold ends by itself. Needs ``rule.enable``."""
    with writing(needs(request, "rule.enable")) as w:
        actions.lift_hold(w, why=why)
    return _hold()


@router.get(
    "/rules/backtests/{run}", response=RuleRunOut, summary="How far a backtest is", operation_id="rule_backtest"
)
def backtest_run(request: HttpRequest, run: str) -> dict[str, Any]:
    """Needs ``rule.view``."""
    needs(request, "rule.view")
    row = BacktestRun.objects.filter(pk=ids.decode("bt", run)).first()
    if row is None:
        raise NotFound("no_backtest", "There is no such backtest.")
    return _run(row)


@router.get(
    "/rules/evidence/{evidence}", response=dict[str, Any], summary="One piece of evidence", operation_id="rule_evidence"
)
def evidence(request: HttpRequest, evidence: str) -> dict[str, Any]:
    """What a backtest found (``detection.contracts.BacktestFacts``), or who agreed. Needs ``rule.view``."""
    needs(request, "rule.view")
    return _evidence(life.evidence(ids.decode("evd", evidence)))


@router.get("/rules/{name}/life", response=LifeOut, summary="Where a rule stands", operation_id="rule_life")
def life_of(request: HttpRequest, name: str) -> dict[str, Any]:
    """Its state, the steps that may follow and the gates before it may act. Needs ``rule.view``."""
    actor = needs(request, "rule.view")
    return _life(queries.rule(name), actor)


@router.post("/rules/{name}/state", response=LifeOut, summary="Take a rule a step on", operation_id="rule_state")
def state(request: HttpRequest, name: str, body: StepIn) -> dict[str, Any]:
    """409 ``gate_closed`` names what is missing. Needs ``rule.enable``."""
    actor = needs(request, "rule.enable")
    if body.state not in STEPS:
        raise BadInput(
            "unknown_state", f"{body.state[:40]!r} is no state.", where="state", hint=f"One of: {', '.join(STEPS)}."
        )
    with writing(actor) as w:
        actions.set_rule_state(w, name, body.state, why=body.why, percent=body.percent)
    return _life(queries.rule(name), actor)


@router.post("/rules/{name}/text", response=LifeOut, summary="Put a waiting text on", operation_id="rule_put_on_text")
def put_on(request: HttpRequest, name: str, body: RuleWhyIn) -> dict[str, Any]:
    """The changed text takes the place of the one in force, through the same gates. Needs ``rule.enable``."""
    actor = needs(request, "rule.enable")
    with writing(actor) as w:
        actions.put_on_text(w, name, why=body.why)
    return _life(queries.rule(name), actor)


@router.post("/rules/{name}/approval", response=LifeOut, summary="Agree to a rule's text", operation_id="rule_approve")
def approve(request: HttpRequest, name: str, body: RuleWhyIn) -> dict[str, Any]:
    """The second person's word. Needs ``rule.enable``; 403 for whoever wrote the text."""
    actor = needs(request, "rule.enable")
    with writing(actor) as w:
        actions.approve(w, name, why=body.why)
    return _life(queries.rule(name), actor)


@router.post(
    "/rules/{name}/backtest", response={202: RuleRunOut}, summary="Run a backtest", operation_id="rule_ask_backtest"
)
def ask_backtest(request: HttpRequest, name: str, body: BacktestIn) -> Any:
    """A worker does it. Needs ``rule.edit``."""
    return 202, _run(actions.ask_backtest(needs(request, "rule.edit"), name, body.days, why=body.why))


@router.post("/rules/{name}/tests", response={201: LifeOut}, summary="Add a test", operation_id="rule_add_test")
def add_test(request: HttpRequest, name: str, body: TestIn) -> Any:
    """The same one again changes nothing. Needs ``rule.edit``."""
    actor = needs(request, "rule.edit")
    with writing(actor) as w:
        actions.add_example(w, name, body.event, fires=body.fires, name=body.name)
    return 201, _life(queries.rule(name), actor)


@router.get("/rules/{name}/quality", response=dict[str, Any], summary="Is the rule right?", operation_id="rule_quality")
def quality_of(request: HttpRequest, name: str, days: int = 28) -> Any:
    """Precision, estimated recall, what only it caught and its overlap, from people's decisions. Needs ``rule.view``."""
    needs(request, "rule.view")
    if not 1 <= days <= 365:
        raise BadInput("bad_days", "1 to 365 days.", where="days")
    found = quality.of_rule(queries.rule(name), days)
    both = {key: getattr(found, key)._asdict() for key in ("precision", "recall")}
    return {**msgspec.to_builtins(found), **both, "days": days}


@router.get("/rules/{name}", response=RuleDetail, summary="One rule", operation_id="rule")
def rule(request: HttpRequest, name: str) -> dict[str, Any]:
    """Needs ``rule.view``."""
    needs(request, "rule.view")
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


def _life(row: Rule, actor: Actor) -> dict[str, Any]:
    gates = standing.gates_of(standing.case_of(row, row.next_meaning or row.meaning, asker=str(actor)), "on", 100)
    return {
        "rule": row.name, "state": row.state, "percent": row.percent, "next": list(STEPS[row.state]),
        "waits": row.pin is not None, "gates": [msgspec.to_builtins(gate) for gate in gates],
    }  # fmt: skip


def _run(row: BacktestRun) -> dict[str, Any]:
    found = ids.encode("evd", row.evidence_id) if row.evidence_id else None
    return {
        "id": ids.encode("bt", row.pk), "rule": row.rule, "state": row.state, "done": row.done, "total": row.total,
        "problem": row.problem, "evidence": found,
    }  # fmt: skip


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "id": ids.encode("evd", row.pk), "rule": row.rule, "kind": row.kind, "text": row.meaning, "by": row.made_by,
        "at": row.made_at.isoformat(), "words": row.words, "data": row.data,
    }  # fmt: skip


def _hold() -> dict[str, Any]:
    row = holding()
    return {"held": True, "until": row.until, "why": row.why} if row is not None else {"held": False}
