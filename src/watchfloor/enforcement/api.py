"""JSON for programs: actions and their life, held ones, endpoints and deliveries, what is in force on the platform, the switch."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from watchfloor.enforcement import (
    actions,
    automation,
    delivery,
    domain,
    health,
    messages,
    queries,
    reconciling,
    repairing,
)
from watchfloor.enforcement.api_structs import (
    ActionLifeOut,
    ActionOut,
    ActionsOut,
    ActionWhyIn,
    ComparisonOut,
    DriftIn,
    DriftOut,
    DriftsOut,
    EndpointsOut,
    ReplayedOut,
    ReplayIn,
    RunsOut,
    StandingOut,
    SwitchIn,
    SwitchOut,
    TestOut,
)
from watchfloor.enforcement.models import Action, Attempt, Drift, Endpoint, Reconciliation
from watchfloor.enforcement.pages.standing import known as known_account
from watchfloor.enforcement.replaying import filtered
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing

router = Router(tags=["enforcement"])
LARGEST_LIST = 200_000_000  # bytes of a list of what is in force


@router.get("/actions", response=ActionsOut, summary="List actions")
def read_actions(
    request: HttpRequest,
    state: str = "",
    kind: str = "",
    policy: str = "",
    origin: str = "",
    batch: str = "",
    item: str = "",
    after: str = "",
    limit: int = 100,
) -> dict[str, Any]:
    """The actions the token may see, newest first; ``item`` is an item's or author's own id on the platform. Needs ``enforcement.view``."""
    actor = needs(request, "enforcement.view")
    rows = queries.visible_actions(actor).select_related("item")
    given = {
        "state": state,
        "kind_key": kind,
        "policy_key": policy,
        "origin": origin,
        "batch": batch,
        "item__external_id": item,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if after:
        rows = rows.filter(pk__lt=ids.decode("act", after))
    limit = max(1, min(limit, 1_000))
    found = list(rows.order_by("-id")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return {"actions": [_action(row) for row in found], "next": ids.encode("act", found[-1].pk) if more else None}


@router.get("/actions/{action_id}", response=ActionLifeOut, summary="Read an action and its messages")
def read_action(request: HttpRequest, action_id: str) -> dict[str, Any]:
    """An action, each message about it as the platform gets it, and every try. Needs ``enforcement.view``."""
    row = _known(needs(request, "enforcement.view"), action_id)
    sent = Outbox.objects.filter(subject=f"action:{row.pk}").order_by("id")
    return {"action": _action(row), "messages": [_message(each) for each in sent]}


@router.post("/actions/{action_id}/approve", response=ActionOut, summary="Approve a held action")
def approve(request: HttpRequest, action_id: str) -> dict[str, Any]:
    """A second program's or person's yes. Whoever asked for it is refused. Needs ``enforcement.approve``."""
    actor = needs(request, "enforcement.approve")
    row = _known(actor, action_id, "enforcement.approve")
    with writing(actor) as w:
        return _action(actions.approve(w, row.pk))


@router.post("/actions/{action_id}/reject", response=ActionOut, summary="Refuse a held action")
def reject(request: HttpRequest, action_id: str) -> dict[str, Any]:
    """A second one's no. Needs ``enforcement.approve``."""
    actor = needs(request, "enforcement.approve")
    row = _known(actor, action_id, "enforcement.approve")
    with writing(actor) as w:
        return _action(actions.reject(w, row.pk))


@router.post("/actions/{action_id}/lift", response=ActionOut, summary="Take one action back")
def lift(request: HttpRequest, action_id: str, given: ActionWhyIn) -> dict[str, Any]:
    """The platform is asked to undo it; its decision and strikes stand. Needs ``enforcement.lift``."""
    actor = needs(request, "enforcement.lift")
    row = _known(actor, action_id, "enforcement.lift")
    with writing(actor, reason=given.why) as w:
        actions.lift(w, row.pk, why=given.why)
    return _action(_known(actor, action_id, "enforcement.lift"))


@router.post("/actions/{action_id}/fixed", response=ActionOut, summary="Say that what was wrong is mended")
def fixed(request: HttpRequest, action_id: str) -> dict[str, Any]:
    """An action that waits for that (a lock until fixed) ends. Twice changes nothing. Needs ``enforcement.confirm``."""
    actor = needs(request, "enforcement.confirm")
    row = _known(actor, action_id, "enforcement.confirm")
    with writing(actor) as w:
        actions.fixed(w, row.pk)
    return _action(_known(actor, action_id, "enforcement.confirm"))


@router.get("/accounts/{item_id}/standing", response=StandingOut, summary="Read how an account stands")
def read_standing(request: HttpRequest, item_id: str) -> dict[str, Any]:
    """Strikes that count, actions in force, the next step of the ladder (``itm_...``). Needs ``enforcement.view``."""
    actor = needs(request, "enforcement.view")
    account = known_account(actor, item_id)
    hidden = queries.hidden_policies(actor, "enforcement.view")
    strikes = list(queries.active_strikes(account.pk).exclude(policy_key__in=hidden).order_by("expires_at"))
    points = sum(row.points for row in strikes)
    following = domain.next_step(queries.ladder(), points)
    in_force = queries.visible_actions(actor).select_related("item").filter(
        item=account, inverse_of__isnull=True, state__in=domain.IN_FORCE
    )  # fmt: skip
    return {
        "account": {"type": account.type_key, "id": account.external_id}, "points": points,
        "strikes": [
            {"policy": row.policy_key, "points": row.points, "given_at": row.given_at, "expires_at": row.expires_at} for row in strikes
        ],
        "in_force": [_action(row) for row in in_force.order_by("id")],
        "next_at": following.points if following else None, "next_action": following.action_key if following else "",
    }  # fmt: skip


@router.get("/endpoints", response=EndpointsOut, summary="List endpoints")
def read_endpoints(request: HttpRequest) -> dict[str, Any]:
    """Where the platform listens, and how it does; never the keys. Needs ``enforcement.view``."""
    waiting = queries.visible_messages(needs(request, "enforcement.view"), delivery.waiting())
    rows = Endpoint.objects.order_by("created_at", "id")
    return {
        "endpoints": [
            {
                "id": ids.encode("end", row.pk), "name": row.name, "url": row.url, "topics": row.topics, "enabled": row.enabled,
                "off_because": row.disabled_reason, "failures": row.failures, "waiting": health.waits_for(row, waiting),
                "inventory_url": row.inventory_url, "inventory_hours": row.inventory_hours,
            }
            for row in rows
        ]
    }  # fmt: skip


@router.post("/endpoints/{endpoint_id}/test", response=TestOut, summary="Send a test message")
def test_endpoint(request: HttpRequest, endpoint_id: str) -> dict[str, Any]:
    """A signed ``test`` message goes out now; nothing is recorded of it. Needs ``enforcement.manage``."""
    needs(request, "enforcement.manage")
    row = Endpoint.objects.filter(pk=ids.decode("end", endpoint_id)).first()
    if row is None:
        raise NotFound("unknown_endpoint", "There is no such endpoint.")
    answer = health.test(row)
    return {"ok": answer.ok, "status": answer.status, "milliseconds": answer.milliseconds, "error": answer.error}


@router.post("/deliveries/replay", response=ReplayedOut, summary="Send dead letters again")
def replay(request: HttpRequest, given: ReplayIn) -> dict[str, Any]:
    """Those named, or all that fit; under their own keys, and not what was undone since. Needs ``enforcement.manage``."""
    actor = needs(request, "enforcement.manage")
    rows = queries.visible_messages(actor, delivery.dead_letters(), "enforcement.manage")
    rows = filtered(rows, topic=given.topic, kind=given.kind, error=given.error, since=given.since, until=given.until)
    if given.ids is not None:
        rows = rows.filter(pk__in=[ids.decode("msg", text) for text in given.ids])
    done = delivery.replay_dead(actor, list(rows.values_list("pk", flat=True)))
    return {"sent": done.sent, "stale": done.stale}


@router.post("/reconciliations", response=ComparisonOut, summary="Say what is in force on the platform")
def push_reconciliation(request: HttpRequest, as_of: datetime | None = None) -> dict[str, Any]:
    """The body is the platform's whole list, NDJSON (``application/x-ndjson``) or CSV (``text/csv``), one effect on one item a line;
    ``as_of`` the moment it is true for. It is compared with ours at once. Needs ``enforcement.confirm``.
    """
    actor = needs(request, "enforcement.confirm")
    kind = (request.content_type or "").lower()
    forms: dict[str, Literal["ndjson", "csv"]] = {
        "application/x-ndjson": "ndjson",
        "application/jsonl": "ndjson",
        "text/csv": "csv",
    }
    if kind not in forms:
        raise BadInput(
            "bad_type", "The list is NDJSON or CSV.", where="Content-Type", hint="application/x-ndjson or text/csv."
        )
    if int(request.headers.get("content-length") or 0) > LARGEST_LIST:
        raise BadInput("too_large", f"A list has at most {LARGEST_LIST:,} bytes.", where="body")
    if as_of is not None and as_of.tzinfo is None:
        raise BadInput("bad_moment", "A moment needs its zone.", where="as_of", hint="Like 2026-03-01T12:00:00Z.")
    return _run(reconciling.push(actor, request, forms[kind], as_of=as_of))


@router.get("/reconciliations", response=RunsOut, summary="List comparisons")
def read_reconciliations(request: HttpRequest, limit: int = 20) -> dict[str, Any]:
    """The newest comparisons of the platform's list with ours. Needs ``enforcement.view`` or ``enforcement.confirm``."""
    actor = needs(request, "enforcement.view", "enforcement.confirm")
    rows = Reconciliation.objects.order_by("-began_at", "-pk")[: max(1, min(limit, 200))]
    if queries.hidden_policies(actor, "enforcement.view") and not actor.has("enforcement.confirm"):
        rows = Reconciliation.objects.none()  # totals are over everything
    return {"reconciliations": [_run(row) for row in rows]}


@router.get("/drift", response=DriftsOut, summary="List differences")
def read_drift(
    request: HttpRequest, state: str = "open", kind: str = "", after: str = "", limit: int = 100
) -> dict[str, Any]:
    """Where the platform and we do not agree. Needs ``enforcement.view``."""
    actor = needs(request, "enforcement.view")
    rows = repairing.visible(actor)
    rows = rows.filter(**{name: value for name, value in {"state": state, "kind": kind}.items() if value})
    if after:
        rows = rows.filter(pk__gt=ids.decode("drift", after))
    limit = max(1, min(limit, 1_000))
    found = list(rows.order_by("id")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return {"drift": [_drift(row) for row in found], "next": ids.encode("drift", found[-1].pk) if more else None}


@router.post("/drift/{drift_id}", response=DriftOut, summary="Answer a difference")
def answer_drift(request: HttpRequest, drift_id: str, given: DriftIn) -> dict[str, Any]:
    """Tell the platform again, or accept it as it is. Needs ``enforcement.manage``."""
    actor = needs(request, "enforcement.manage")
    found: UUID = ids.decode("drift", drift_id)
    if not repairing.visible(actor, "enforcement.manage").filter(pk=found).exists():
        raise NotFound("unknown_drift", "There is no such difference.")
    with writing(actor, reason=given.note) as w:
        return _drift(repairing.answer(w, found, given.answer, note=given.note))


@router.get("/automation", response=SwitchOut, summary="Read whether automatic actions are stopped")
def read_automation(request: HttpRequest) -> dict[str, Any]:
    """Needs ``enforcement.view`` or ``enforcement.stop``."""
    needs(request, "enforcement.view", "enforcement.stop")
    return _switch()


@router.post("/automation", response=SwitchOut, summary="Stop automatic actions, or go on")
def switch_automation(request: HttpRequest, given: SwitchIn) -> dict[str, Any]:
    """While stopped, what rules decide is held; what had not arrived is taken back. Needs ``enforcement.stop``."""
    actor = needs(request, "enforcement.stop")
    with writing(actor, reason=given.why) as w:
        (automation.stop if given.stopped else automation.resume)(w, why=given.why)
    return _switch()


@router.get("/schemas/webhooks", summary="Read the JSON Schema of webhooks")
def read_schema(request: HttpRequest) -> dict[str, Any]:
    """What an endpoint receives. Needs ``enforcement.view`` or ``enforcement.confirm``."""
    needs(request, "enforcement.view", "enforcement.confirm")
    return messages.schema()


def _known(actor: Actor, action_id: str, permission: str = "enforcement.view") -> Action:
    rows = queries.visible_actions(actor, permission).select_related("item")
    row = rows.filter(pk=ids.decode("act", action_id)).first()
    if row is None:
        raise NotFound("unknown_action", "There is no such action.")
    return row


def _named(kind: str, value: UUID | None) -> str | None:
    return ids.encode(kind, value) if value else None


def _action(row: Action) -> dict[str, Any]:
    return {
        "id": ids.encode("act", row.pk), "kind": row.kind_key, "effect": row.slot, "state": str(row.state),
        "held_for": row.held_for if row.state == Action.State.HELD else "",
        "item": {"type": row.item.type_key, "id": row.item.external_id}, "params": row.params, "policy": row.policy_key,
        "violation": row.violation_key, "market": row.market, "origin": row.origin, "from_ladder": row.from_ladder,
        "inverse_of": _named("act", row.inverse_of_id), "decision": ids.encode("dec", row.decision_id),
        "case": _named("case", row.case_id), "batch": row.batch, "decided_by": row.requested_by, "approved_by": row.approved_by,
        "taken_at": row.created_at, "starts_at": row.starts_at, "confirmed_at": row.confirmed_at, "expires_at": row.expires_at,
        "reversed_at": row.reversed_at, "last_error": row.last_error,
    }  # fmt: skip


def _message(row: Outbox) -> dict[str, Any]:
    tries = Attempt.objects.filter(outbox_id=row.pk).select_related("endpoint").order_by("at")[:100]
    return {
        "id": ids.encode("msg", row.pk), "key": row.key, "state": row.state, "payload": row.payload,
        "tries": [
            {"endpoint": each.endpoint.name, "at": each.at, "ok": each.ok, "status": each.status, "milliseconds": each.milliseconds,
             "error": each.error}
            for each in tries
        ],
    }  # fmt: skip


def _run(row: Reconciliation) -> dict[str, Any]:
    names = ("as_of", "began_at", "ended_at", "error", "theirs", "ours", "in_flight", "missing", "extra", "different")
    found = {name: getattr(row, name) for name in names}
    return {"id": ids.encode("rec", row.pk), "how": row.how, "state": str(row.state), **found}


def _drift(row: Drift) -> dict[str, Any]:
    names = ("kind", "why", "effect", "our_until", "their_until", "first_at", "last_at", "times")
    found = {name: getattr(row, name) for name in names}
    return {
        "id": ids.encode("drift", row.pk), "state": str(row.state), "item": {"type": row.item_type, "id": row.external_id},
        "action": _named("act", row.action_id), **found,
    }  # fmt: skip


def _switch() -> dict[str, Any]:
    row = automation.stopped()
    return {"stopped": row is not None, "since": row.since if row else None, "why": row.why if row else ""}
