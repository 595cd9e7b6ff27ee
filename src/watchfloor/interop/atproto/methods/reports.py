"""Reports as tickets: lists, one, taking and giving back the case behind, notes, closing, figures.

A report is worked by working its case: to assign a report is to lease the case's job, to close it is to find nothing wrong.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from watchfloor.interop.atproto import numbers, standing, subjects, telling
from watchfloor.interop.atproto.asking import GET, POST, Ask, Wrong, bad, inner, iso, method, string, strings
from watchfloor.interop.atproto.methods import assignments, deciding, queues
from watchfloor.interop.atproto.methods.statuses import looked, subject_view
from watchfloor.interop.atproto.methods.taking import token_of
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review import queries
from watchfloor.review.models import Case, Job, Report

LIVE = (Job.State.READY, Job.State.LEASED, Job.State.WAITING)
STATES = ("open", "queued", "assigned", "escalated", "closed")


@method("tools.ozone.report.queryReports", GET, ("case.view",))
def query_reports(ask: Ask) -> dict[str, Any]:
    """Reports in cases the caller may open, newest first unless asked otherwise."""
    rows = _filtered(ask, known(ask))
    down, limit = ask.text("sortDirection", "desc") != "asc", ask.limit()
    if ask.text("cursor"):
        after = numbers.row_of(numbers.REPORT, ask.number("cursor") or 0)
        if after is None:
            raise bad("The cursor is none of ours.")
        rows = rows.filter(**{"pk__lt" if down else "pk__gt": after})  # ids are in the order of time
    found = list(rows.order_by("-pk" if down else "pk")[: limit + 1])
    views = [_view(ask, row) for row in found[:limit]]
    return {"reports": views, **({"cursor": str(views[-1]["id"])} if len(found) > limit else {})}


@method("tools.ozone.report.getReport", GET, ("case.view",))
def get_report(ask: Ask) -> dict[str, Any]:
    """One report."""
    row = one(ask, ask.number("id"), "NotFound")
    looked(ask, row.item)
    return _view(ask, row, whole=True)


@method("tools.ozone.report.getLatestReport", GET, ("case.view",))
def get_latest(ask: Ask) -> dict[str, Any]:
    """The newest report."""
    row = known(ask).order_by("-pk").first()
    if row is None:
        raise Wrong(400, "NotFound", "There are no reports yet.")
    return {"report": _view(ask, row)}


@method("tools.ozone.report.assignModerator", POST, ("review.claim_case",))
def assign(ask: Ask) -> dict[str, Any]:
    """Take the case behind: a lease of five minutes, which is put down for the next; with ``isPermanent`` of an hour, which is kept.
    One can take only for oneself."""
    row = one(ask, ask.body.get("reportId"), "InvalidAssignment")
    did = string(ask.body, "did", 500)
    if did and did != ask.who.did:
        raise Wrong(400, "InvalidAssignment", "A case can be taken for oneself only.")
    try:
        assignments.put_down(ask.actor, row.case_id)
        kept = bool(ask.body.get("isPermanent"))
        seconds = assignments.KEPT_S if kept else assignments.LOOK_S
        lease = review.claim_case(ask.actor, row.case_id, lease_seconds=seconds)
        if kept:  # it was looked at before
            review.extend(ask.actor, lease.job_id, lease.token, seconds=seconds)
    except Conflict as error:
        raise Wrong(
            400, "AlreadyAssigned" if error.code == "held" else "InvalidAssignment", f"{error.message} {error.hint}"
        ) from error
    return _assignment(ask, row, lease.job_id)


@method("tools.ozone.report.unassignModerator", POST, ("review.claim_case", "review.work"))
def unassign(ask: Ask) -> dict[str, Any]:
    """Give it back undecided."""
    row = one(ask, ask.body.get("reportId"), "InvalidAssignment")
    job = Job.objects.filter(case=row.case, state=Job.State.LEASED, lease_holder=UUID(ask.actor.id)).first()
    if job is None:
        raise Wrong(400, "InvalidAssignment", "You do not hold this case.")
    out = _assignment(ask, row, job.pk)
    review.release(ask.actor, job.pk, job.lease_token)
    return {**out, "endAt": iso(clock.now())}


@method("tools.ozone.report.createActivity", POST, ("case.view",))
def create_activity(ask: Ask) -> dict[str, Any]:
    """A note, a hand-up, a closing, a giving back: each does on the case what it says."""
    row = one(ask, ask.body.get("reportId"), "ReportNotFound")
    activity = inner(ask.body, "activity")
    kind = string(activity, "$type", 120, required=True).partition("#")[2].removesuffix("Activity")
    note, public = string(ask.body, "internalNote", 10_000), string(ask.body, "publicNote", 10_000)
    if public:
        raise bad("Reporters hear of the outcome by a notice; a text of one's own cannot be sent.")
    before, where = (
        _status(row),
        {"escalation": "escalated", "close": "closed", "assignment": "assigned", "queue": "queued"},
    )
    if kind != "note" and where.get(kind) == before:
        raise Wrong(400, "AlreadyInTargetState", f"The report is {before} already.")
    match kind:
        case "note":
            review.note(ask.actor, row.case_id, note)
        case "escalation":
            deciding.hand_up(ask, row.item, row.case, note)
        case "close":
            deciding.close(ask, row.item, row.case, note)
        case "assignment":
            assign(ask)
        case "queue":
            unassign(ask)
        case "reopen":
            raise Wrong(
                400,
                "InvalidStateTransition",
                "A case opens again when its decision is taken back, or somebody reports it.",
            )
        case _:
            raise bad(f"{kind[:40]!r} is no activity.")
    if note and kind not in ("note", "escalation", "close"):
        review.note(ask.actor, row.case_id, note)
    last = Event.objects.filter(case_id=row.case_id).order_by("-ordinal").values_list("ordinal", flat=True).first()
    said = {
        "$type": f"tools.ozone.report.defs#{kind}Activity",
        **({} if kind == "note" else {"previousStatus": before}),
    }
    return {"activity": {
        "id": last or 0, "reportId": numbers.number(numbers.REPORT, row.pk), "activity": said, "internalNote": note,
        "isAutomated": bool(ask.body.get("isAutomated")), "createdBy": ask.who.did, "createdAt": iso(clock.now()),
    }}  # fmt: skip


@method("tools.ozone.report.closeReports", POST, ("review.claim_case",))
def close_reports(ask: Ask) -> dict[str, Any]:
    """Nothing is wrong with the subject: its cases (those with reports of these reasons) are closed, and all their reports with them."""
    item = subjects.wanted(ask, string(ask.body, "subject", 8_192, required=True))
    wanted = {reason_key(each) for each in strings(ask.body, "reportTypes")}
    closed: list[UUID] = []
    note = string(ask.body, "internalNote", 10_000)
    for case in queries.visible_cases(ask.actor).filter(item=item).exclude(state="closed"):
        rows = list(Report.objects.filter(case=case, outcome="").values_list("pk", "reason_key"))
        if wanted and not wanted & {reason for _, reason in rows}:
            continue
        deciding.close(ask, item, case, note)
        closed += [pk for pk, _ in rows]
    given = numbers.numbers(numbers.REPORT, closed)
    return {"closedCount": len(closed), "reportIds": sorted(given.values())}


def known(ask: Ask) -> Any:
    cases = queries.visible_cases(ask.actor)
    return Report.objects.select_related("case", "item", "item__author").filter(case__in=cases.values("pk"))


def of_queue(ask: Ask, rows: Any) -> Any:
    if not ask.text("queueId"):
        return rows
    key = queues.key_of(ask, ask.number("queueId") or 0)
    return rows.filter(Exists(Job.objects.filter(case=OuterRef("case"), queue_key=key))) if key else rows.none()


def _filtered(ask: Ask, rows: Any) -> Any:
    rows = of_queue(ask, rows)
    status = ask.text("status")
    if status not in ("", *STATES):
        raise bad(f"status must be one of {', '.join(STATES)}.")
    held = Exists(Job.objects.filter(case=OuterRef("case"), state=Job.State.LEASED))
    waits = Exists(Job.objects.filter(case=OuterRef("case"), state__in=(Job.State.READY, Job.State.WAITING)))
    lively = is_closed(False)
    if status == "closed":
        rows = rows.filter(is_closed(True))
    elif status == "escalated":
        rows = rows.filter(lively, case__state="escalated")
    elif status:
        rows = rows.filter(lively).exclude(case__state="escalated")
        rows = rows.filter({"assigned": held, "queued": waits & ~held, "open": ~waits & ~held}[status])
    if ask.many("reportTypes"):
        rows = rows.filter(reason_key__in=reason_keys(ask))
    if ask.text("subject"):
        item = subjects.find(ask, ask.text("subject"))
        rows = rows.filter(item=item) if item is not None else rows.none()
    if ask.text("did"):
        account = subjects.find(ask, ask.text("did"))
        rows = rows.filter(Q(item=account) | Q(item__author=account)) if account is not None else rows.none()
    if ask.text("subjectType"):
        account_only = Q(item__kind="account")
        rows = rows.filter(account_only if ask.text("subjectType") == "account" else ~account_only)
    if ask.text("assignedTo"):
        mine = Job.objects.filter(case=OuterRef("case"), state=Job.State.LEASED, lease_holder=UUID(ask.actor.id))
        rows = rows.filter(Exists(mine)) if ask.text("assignedTo") == ask.who.did else rows.none()
    for name, lookup in (("reportedAfter", "received_at__gte"), ("reportedBefore", "received_at__lte")):
        at = ask.moment(name)
        if at is not None:
            rows = rows.filter(**{lookup: at})
    return rows.filter(outcome="muted") if ask.yes("isMuted") else rows


def is_closed(yes: bool) -> Q:
    closed = ~Q(outcome="") | Q(case__state=Case.State.CLOSED)
    return closed if yes else ~closed


def _status(row: Report) -> str:
    if row.outcome or row.case.state == Case.State.CLOSED:
        return "closed"
    if row.case.state == Case.State.ESCALATED:
        return "escalated"
    states = set(Job.objects.filter(case=row.case_id, state__in=LIVE).values_list("state", flat=True))
    return "assigned" if Job.State.LEASED in states else "queued" if states else "open"


def one(ask: Ask, given: Any, name: str) -> Report:
    """A report of a case the caller may open, by its number."""
    pk = numbers.row_of(numbers.REPORT, given) if isinstance(given, int) and 0 <= given < 2**53 else None
    row = known(ask).filter(pk=pk or UUID(int=0)).first()
    if row is None:
        raise Wrong(400, name, "There is no such report.")
    found: Report = row
    return found


def _view(ask: Ask, row: Report, *, whole: bool = False) -> dict[str, Any]:
    item: Item = row.item
    status = standing.statuses(ask.actor, ask.here, [item]).get(item.pk)
    brief = {"type": "account" if item.kind == "account" else "record", "subject": subjects.uri(ask.here, item)}
    reporter = telling.reporter_did(ask.actor, ask.here, row, ask.who)
    made = Event.objects.filter(subject=f"report:{row.pk}", type="report.received").values_list("ordinal", flat=True)
    related = Report.objects.filter(case=row.case_id).exclude(pk=row.pk).count()
    job = Job.objects.filter(case=row.case_id, state__in=LIVE).order_by("-ready_at").first()
    queue = [each for each in queries.queue_summary(ask.actor) if job is not None and each.key == job.queue_key]
    mine = job is not None and str(job.lease_holder) == ask.actor.id and not assignments.is_look(job)
    return {
        "id": numbers.number(numbers.REPORT, row.pk), "eventId": made.first() or 0, "status": _status(row),
        "subject": subject_view(ask, item) if whole else brief, "reportType": token_of(row.reason_key), "reportedBy": reporter,
        "reporter": {"type": "account", "subject": reporter}, "createdAt": iso(row.received_at), "isMuted": row.outcome == "muted",
        "relatedReportCount": related, **({"comment": row.note} if row.note else {}),
        **({"subjectStatus": status} if status else {}),
        **({"queue": queues.views(ask, queue, [token_of(row.reason_key)])[0]} if queue else {}),
        **({"assignment": {"did": ask.who.did, "assignedAt": iso(job.leased_at)}} if mine and job and job.leased_at else {}),
    }  # fmt: skip


def _assignment(ask: Ask, row: Report, job_id: UUID) -> dict[str, Any]:
    return assignments.view(ask, Job.objects.get(pk=job_id), numbers.number(numbers.REPORT, row.pk))


def reason_keys(ask: Ask) -> list[str]:
    """The reasons that are asked for. Consoles ask for whole families: what we have no word for, nobody reported."""
    known = {token: each.key for each in policies.all_reasons() for token in each.atproto}
    return [known[token] for token in ask.many("reportTypes") if token in known]


def reason_key(token: str) -> str:
    return policies.reason(token).key
