"""JSON for programs: cases and decisions to read, jobs to take and decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity import access
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.review import (
    actions,
    api_appeals,
    api_cluster_jobs,
    api_clusters,
    api_day,
    api_edge_cases,
    api_joining,
    api_many,
    api_reporters,
    api_seen,
    find,
    queries,
)  # fmt: skip
from watchfloor.review.api_routing import router as routing_router
from watchfloor.review.contracts import DecisionIn as Finding
from watchfloor.review.models import Case, Decision

router = Router(tags=["review"])
router.add_router("", routing_router)
for part in (api_joining, api_edge_cases, api_many, api_clusters, api_reporters):
    router.add_router("", part.router)
router.add_router("", api_seen.router)
router.add_router("", api_cluster_jobs.router)
router.add_router("", api_day.router)
router.add_router("", api_appeals.router)

Verdict = Literal["violating", "clean", "unsure"]


class ItemOut(Schema):
    """The thing on the platform a case is about."""

    type: str
    id: str


class CaseOut(Schema):
    """A case. Times are UTC; ``closed_how`` is manual, auto, duplicate or withdrawn."""

    id: str
    short: str
    state: Literal["open", "escalated", "closed"]
    policy: str
    harm_group: str
    severity: int
    market: str
    language: str
    channel: str
    item: ItemOut
    item_version: str
    reports: int
    reach: int
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    closed_how: str
    last_decision: str | None


class CasePage(Schema):
    """Cases, newest first; ``next`` goes into ``after`` for the page that follows (empty on the last one)."""

    cases: list[CaseOut]
    next: str


class HistoryEntryOut(Schema):
    """One line of a case's history."""

    at: datetime
    type: str
    who: str
    what: str
    why: str


class CaseWhole(CaseOut):
    """A case with its history and its decisions."""

    history: list[HistoryEntryOut]
    decisions: list[str]


class DecisionActionOut(Schema):
    """What a decision did, and how far it has come."""

    id: str
    kind: str
    state: str
    from_ladder: bool


class DecisionOut(Schema):
    """A decision. ``stands`` is False once another one took its place."""

    id: str
    case: str
    verdict: Verdict
    violation: str
    policy: str
    item_version: str
    origin: Literal["human", "rule", "appeal", "undo"]
    at: datetime
    stands: bool
    supersedes: str | None
    actions: list[DecisionActionOut]


class ClaimIn(Schema):
    """Which queue to take from (all of one's queues when left out), and for how long to hold the job."""

    queue: str | None = None
    lease_seconds: int = Field(300, ge=10, le=3600)


class LeaseOut(Schema):
    """A hold on one job. ``token`` must come back with the decision."""

    job: str
    case: str
    queue: str
    token: int
    until: datetime


class DecideIn(Schema):
    """A finding. ``actions`` left out: the violation type's own; an empty list: none."""

    token: int
    verdict: Verdict
    violation: str = ""
    actions: list[str] | None = None
    rationale: str = Field("", max_length=10_000)
    active_ms: int = Field(0, ge=0)


@router.get("/cases", response=CasePage, summary="List cases", operation_id="cases")
def cases(
    request: HttpRequest, q: str = "", state: str = "", policy: str = "", market: str = "", queue: str = "", since: str = "",
    until: str = "", after: str = "", limit: int = 50,
) -> CasePage:  # fmt: skip
    """The cases the token may see. ``q`` is an id of a case, decision, job, item or account. Needs ``case.view``."""
    actor = needs(request, "case.view")
    wanted = {
        "q": q,
        "state": state,
        "policy": policy,
        "market": market,
        "queue": queue,
        "since": since,
        "until": until,
    }
    found = queries.page(find.cases(actor, wanted), find.ORDER, after=after, limit=limit)
    return CasePage(cases=[case_out(row) for row in found.rows], next=found.next)


@router.get("/cases/{case_id}", response=CaseWhole, summary="Read one case", operation_id="case")
def case(request: HttpRequest, case_id: str) -> CaseWhole:
    """A case with its history and decisions. Opening a restricted one is logged. Needs ``case.view``."""
    actor = needs(request, "case.view")
    row = queries.case(actor, ids.decode("case", case_id), why="api")
    history = [
        HistoryEntryOut(at=entry.at, type=entry.type, who=entry.who, what=entry.what, why=entry.why)
        for entry in queries.case_timeline(actor, row.pk)
    ]
    made = Decision.objects.filter(case=row).order_by("at", "pk").values_list("pk", flat=True)
    return CaseWhole(**case_out(row).dict(), history=history, decisions=[ids.encode("dec", pk) for pk in made])


@router.get("/decisions/{decision_id}", response=DecisionOut, summary="Read one decision", operation_id="decision")
def decision(request: HttpRequest, decision_id: str) -> DecisionOut:
    """A decision with its actions and their delivery. Needs ``case.view`` or ``item.read``."""
    actor = needs(request, "case.view", "item.read")
    allowed = access.rows(
        actor, "item.read", market="case__market", severity="case__severity", clearance="case__clearance"
    )
    known = Decision.objects.filter(Q(case__in=queries.visible_cases(actor).values("pk")) | allowed)
    row = known.select_related("case").filter(pk=ids.decode("dec", decision_id)).first()
    if row is None:
        raise NotFound("unknown_decision", "There is no such decision.")
    return decision_out(row)


@router.post("/jobs/claim", response={200: LeaseOut, 204: None}, summary="Take the next job", operation_id="claim")
def claim(request: HttpRequest, body: ClaimIn) -> Any:
    """The most urgent job the token may take; 204 when nothing waits. Who holds one gets it again.

    Needs ``review.work``, ``review.appeal``, ``review.escalation``, ``review.cluster`` or ``review.look``, by the kind of job.
    """
    actor = needs(request, "review.work", "review.appeal", "review.escalation", "review.cluster", "review.look")
    lease = actions.claim(actor, queue=body.queue, lease_seconds=body.lease_seconds)
    if lease is None:
        return Status(204, None)
    return LeaseOut(
        job=ids.encode("job", lease.job_id), case=ids.encode("case", lease.case_id), queue=lease.queue_key, token=lease.token,
        until=lease.until,
    )  # fmt: skip


@router.post("/jobs/{job_id}/decide", response=DecisionOut, summary="Decide a job one holds", operation_id="decide")
def decide(request: HttpRequest, job_id: str, body: DecideIn) -> DecisionOut:
    """Needs the live token of the lease (409 ``stale_lease`` otherwise) and ``review.work``, ``review.appeal`` or ``review.escalation``."""
    actor = needs(request, "review.work", "review.appeal", "review.escalation")
    finding = Finding(
        verdict=body.verdict, violation_key=body.violation, rationale=body.rationale, active_ms=body.active_ms,
        actions=None if body.actions is None else tuple(body.actions),
    )  # fmt: skip
    return decision_out(actions.decide(actor, ids.decode("job", job_id), body.token, finding))


@router.post(
    "/jobs/{job_id}/answer", response={204: None}, summary="Answer a look one holds", operation_id="answer_look"
)
def answer(request: HttpRequest, job_id: str, body: DecideIn) -> Any:
    """What one finds, looking again at a decision that stands; nothing is decided. Needs the live token and ``review.look`` or
    ``review.work``."""
    actor = needs(request, "review.look", "review.work")
    finding = Finding(
        verdict=body.verdict, violation_key=body.violation, rationale=body.rationale, active_ms=body.active_ms
    )
    actions.looks.answer(actor, ids.decode("job", job_id), body.token, finding)
    return Status(204, None)


def case_out(row: Case) -> CaseOut:
    """A case as programs see it."""
    return CaseOut(
        id=ids.encode("case", row.pk), short=ids.short(row.pk), state=row.state, policy=row.policy_key,  # type: ignore[arg-type]
        harm_group=row.harm_group, severity=row.severity, market=row.market, language=row.language, channel=row.channel,
        item=ItemOut(type=row.item.type_key, id=row.item.external_id), item_version=row.item_version, reports=row.report_count,
        reach=row.reach, opened_at=row.opened_at, due_at=row.due_at, closed_at=row.closed_at, closed_how=row.closed_how,
        last_decision=ids.encode("dec", row.last_decision_id) if row.last_decision_id else None,
    )  # fmt: skip


def decision_out(row: Decision) -> DecisionOut:
    """A decision as programs see it; never who made it."""
    done = [
        DecisionActionOut(
            id=ids.encode("act", each.id), kind=each.kind_key, state=each.state, from_ladder=each.from_ladder
        )
        for each in enforcement.of_decision(row.pk)
    ]
    return DecisionOut(
        id=ids.encode("dec", row.pk), case=ids.encode("case", row.case_id), verdict=row.verdict, violation=row.violation_key,  # type: ignore[arg-type]
        policy=row.policy_key, item_version=row.item_version, origin=row.origin, at=row.at, stands=row.superseded_at is None,  # type: ignore[arg-type]
        supersedes=ids.encode("dec", row.supersedes_id) if row.supersedes_id else None, actions=done,
    )  # fmt: skip
