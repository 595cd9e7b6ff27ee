"""JSON: the routing table and its versions, a draft, a case tried, backtests, and the queues."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status

from watchfloor.engines.routing import RoutingBacktest as Found
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, routing_backtests
from watchfloor.review.actions.routing_versions import draft_table, live_table
from watchfloor.review.domain.routing import NO_RULE, explain
from watchfloor.review.facts import facts_of
from watchfloor.review.models import Queue, RoutingBacktest, RoutingTable
from watchfloor.review.pages.queues import may_know
from watchfloor.review.pages.routing_parts import VIEW, must_route
from watchfloor.review.pages.routing_try import case_named

router = Router(tags=["routing"])


class RuleIO(Schema):
    """One routing rule. ``when``: fact -> a list (one of), {"not": [...]} or {"min": n, "max": m}; see the reference of routing."""

    name: str
    queue: str
    when: dict[str, Any] = {}
    needs: list[str] = []
    relax_after: int | None = None
    vendor: str = ""
    off: bool = False
    note: str = ""


class VersionOut(Schema):
    """A version of the routing table. ``backtest`` is the id of its evidence."""

    number: int
    state: str
    base: int | None
    made_at: datetime
    live_at: datetime | None
    why: str
    backtest: str | None
    rules: list[RuleIO]


class DraftIn(Schema):
    """The whole draft. ``edits``: how often it had been changed when it was read; 409 when it has been since."""

    rules: list[RuleIO]
    edits: int | None = None


class LiveIn(Schema):
    """Why it goes live; needed where its text has no backtest."""

    why: str = ""


class RoutingRestoreIn(Schema):
    """Why the former version comes back."""

    why: str


class TriedOut(Schema):
    """How the live table routes a case now, or (``draft``) the draft would. ``before``: each earlier rule and the facts it lacks."""

    case: str
    version: int
    queue: str
    rule: str
    before: list[dict[str, Any]]


class DaysIn(Schema):
    """How many days to look back."""

    days: int = 28


class RoutingRunOut(Schema):
    """A backtest; ``found`` once it is done (numbers of restricted queues are left out for who is not cleared)."""

    id: str
    state: str
    version: int
    against: int | None
    days: int
    done: int
    total: int
    problem: str
    found: dict[str, Any] | None


class QueueIO(Schema):
    """A queue. ``overflow_after`` in seconds, ``target_minutes`` null for the policy's own; ``weight`` of a job beside an ordinary one."""

    key: str
    name: str
    description: str = ""
    kind: str = "review"
    markets: list[str] | None = None
    languages: list[str] | None = None
    clearance: str = ""
    target_minutes: int | None = None
    overflow_to: str = ""
    overflow_after: int | None = None
    push: bool = False
    paused: bool = False
    position: int = 0
    weight: float = 1.0


@router.get("/routing", response=VersionOut, summary="Read the routing table", operation_id="routing")
def routing(request: HttpRequest, version: str = "live") -> VersionOut:
    """``version``: ``live``, ``draft`` or a number. Needs ``queue.manage`` or ``floor.view``."""
    needs(request, *VIEW)
    if version.isdecimal():
        row = RoutingTable.objects.filter(number=int(version[:9])).first()
    else:
        row = {"live": live_table, "draft": draft_table}.get(version, lambda: None)()
    if row is None:
        raise NotFound("unknown_version", "There is no such version.", where="version")
    return _version(row)


@router.get(
    "/routing/versions",
    response=list[VersionOut],
    summary="List versions of the routing",
    operation_id="routingVersions",
)
def versions(request: HttpRequest, limit: int = 20) -> list[VersionOut]:
    """Newest first, at most 100. Needs ``queue.manage`` or ``floor.view``."""
    needs(request, *VIEW)
    return [_version(row) for row in RoutingTable.objects.order_by("-number")[: max(1, min(limit, 100))]]


@router.put("/routing/draft", response=VersionOut, summary="Write the draft", operation_id="routingDraft")
def write_draft(request: HttpRequest, body: DraftIn) -> VersionOut:
    """It routes nothing until it goes live. Needs ``queue.manage`` for all queues."""
    actor = _router_of(request)
    rules = [_plain(rule) for rule in body.rules]
    with writing(actor) as w:
        return _version(actions.change_draft(w, rules, step="imported", edits=body.edits))


@router.post("/routing/live", response=VersionOut, summary="Put the draft live", operation_id="routingLive")
def live(request: HttpRequest, body: LiveIn) -> VersionOut:
    """Needs a backtest of this very text or ``why``, and ``queue.manage`` for all queues."""
    actor = _router_of(request)
    with writing(actor) as w:
        return _version(actions.go_live(w, why=body.why))


@router.post(
    "/routing/versions/{number}/restore",
    response=VersionOut,
    summary="Bring a version back",
    operation_id="routingRestore",
)
def restore(request: HttpRequest, number: int, body: RoutingRestoreIn) -> VersionOut:
    """Live at once, as a new version. Needs ``queue.manage`` for all queues."""
    actor = _router_of(request)
    with writing(actor) as w:
        return _version(actions.restore_routing(w, number, why=body.why))


@router.get("/routing/try/{case_id}", response=TriedOut, summary="Try a case", operation_id="routingTry")
def try_case(request: HttpRequest, case_id: str, draft: bool = False, kind: str = "review") -> TriedOut:
    """Which rule takes a case, and why not the ones before it. Needs ``case.view`` for the case."""
    actor = needs(request, "queue.manage", "floor.view", "case.view")
    case = case_named(actor, case_id)
    row = draft_table() if draft else live_table()
    if row is None:
        raise NotFound("unknown_version", "There is no such version.", where="draft")
    tried = explain(row.rules, facts_of(case, kind=kind))
    first = next((one for one in tried if not one.fails and not one.off), None)
    before = [one for one in tried if first is None or one.place < first.place]
    return TriedOut(
        case=ids.encode("case", case.pk), version=row.number, queue=first.queue if first else "other",
        rule=first.name if first else NO_RULE, before=[msgspec.to_builtins(one) for one in before],
    )  # fmt: skip


@router.post(
    "/routing/backtests", response={202: RoutingRunOut}, summary="Ask for a backtest", operation_id="routingBacktest"
)
def ask(request: HttpRequest, body: DaysIn) -> Any:
    """Of the draft as it is now; a worker does it. Needs ``queue.manage`` for all queues."""
    actor = _router_of(request)
    return Status(202, _run(actor, routing_backtests.ask_backtest(actor, body.days)))


@router.get(
    "/routing/backtests/{run_id}", response=RoutingRunOut, summary="Read a backtest", operation_id="routingBacktestRead"
)
def read_run(request: HttpRequest, run_id: UUID) -> RoutingRunOut:
    """Its state, and what it found. Needs ``queue.manage`` or ``floor.view``."""
    actor = needs(request, *VIEW)
    row = RoutingBacktest.objects.filter(pk=run_id).first()
    if row is None:
        raise NotFound("unknown_backtest", "There is no such backtest.")
    return _run(actor, row)


@router.get("/queues", response=list[QueueIO], summary="List queues", operation_id="queues")
def queues(request: HttpRequest) -> list[QueueIO]:
    """Those in use that the token may know of, in their order. Needs ``queue.manage`` or ``floor.view``."""
    actor = needs(request, *VIEW)
    rows = Queue.objects.filter(archived_at__isnull=True).order_by("position", "key")
    return [_queue(row) for row in rows if may_know(actor, row)]


@router.put("/queues/{key}", response=QueueIO, summary="Make or change a queue", operation_id="queueSave")
def save_queue(request: HttpRequest, key: str, body: QueueIO) -> QueueIO:
    """Every field is set to what the body says. Needs ``queue.manage`` for the queue."""
    actor = _for_queue(request, key)
    with writing(actor) as w:
        return _queue(
            actions.save_queue(w, key=key, **{name: value for name, value in body.dict().items() if name != "key"})
        )


@router.post("/queues/{key}/archive", response=QueueIO, summary="Put a queue aside", operation_id="queueArchive")
def archive(request: HttpRequest, key: str, body: LiveIn) -> QueueIO:
    """409 while jobs are in it or the live routing leads there. Needs ``queue.manage`` for the queue."""
    actor = _for_queue(request, key)
    with writing(actor, reason=body.why) as w:
        return _queue(actions.archive_queue(w, key))


def _router_of(request: HttpRequest) -> Actor:
    actor = needs(request, "queue.manage")
    must_route(actor)
    return actor


def _for_queue(request: HttpRequest, key: str) -> Actor:
    actor = needs(request, "queue.manage")
    row = Queue.objects.filter(key=key).first()
    if row is not None and not may_know(actor, row):
        raise NotFound("unknown_queue", "There is no such queue.")
    if not actor.may("queue.manage", queue=key, clearance=row.clearance if row else ""):
        raise Forbidden("no_permission", "This token may not change this queue.")
    return actor


def _plain(rule: RuleIO) -> dict[str, Any]:
    """A rule as it is stored: parts that say nothing are left out."""
    return {name: value for name, value in rule.dict().items() if name == "when" or value not in ("", [], None, False)}


def _version(row: RoutingTable) -> VersionOut:
    state = "live" if row.live else "draft" if row.draft else "former" if row.live_at else "put aside"
    return VersionOut(
        number=row.number, state=state, base=row.base, made_at=row.made_at, live_at=row.live_at, why=row.why or row.note,
        backtest=str(row.backtest_id) if row.backtest_id else None, rules=[RuleIO(**rule) for rule in row.rules],
    )  # fmt: skip


def _run(actor: Actor, row: RoutingBacktest) -> RoutingRunOut:
    found = None
    if row.found is not None:
        found = msgspec.to_builtins(routing_backtests.seen_by(actor, msgspec.convert(row.found, Found, strict=False)))
    return RoutingRunOut(
        id=str(row.pk), state=row.state, version=row.number, against=row.against, days=row.days, done=row.done,
        total=row.total, problem=row.problem, found=found,
    )  # fmt: skip


def _queue(row: Queue) -> QueueIO:
    return QueueIO(**{name: getattr(row, name) for name in QueueIO.model_fields})
