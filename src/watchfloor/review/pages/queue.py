"""One queue: its jobs in the order they are taken, why they stand there, and why in this queue at all."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import queries
from watchfloor.review.models import Job, Queue
from watchfloor.review.pages import tables
from watchfloor.review.pages.in_hand import WORK, address
from watchfloor.review.queries.other_words import waits_for

PER_PAGE = 50
SORTS = {"": ("-priority", "due_at", "id"), "due": ("due_at", "id"), "-due": ("-due_at", "-id")}
STATES = ("ready", "leased", "waiting")
PLAIN = ("market", "language", "policy_key", "kind")
CSV_HEAD = (
    "case",
    "job",
    "kind",
    "policy",
    "severity",
    "market",
    "language",
    "priority",
    "due",
    "waits since",
    "reports",
    "reach",
    "routed by",
)


@require_safe
@guard.page(*WORK, "case.view")
def queue(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/review/queue/<key>``: ``?state=``, ``?market=`` ..., ``?sort=``, ``?after=``; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    now = {row.key: row for row in queries.queue_summary(actor)}.get(key)
    row = Queue.objects.filter(key=key).first()
    if row is None or (now is None and not queries.visible_jobs(actor).filter(queue_key=key).exists()):
        raise NotFound("unknown_queue", "There is no such queue.")
    sort = request.GET.get("sort", "")
    if sort not in SORTS:
        raise BadInput(
            "unknown_sort", "A queue is not sorted by that.", where="sort", hint="One of: due, -due, or nothing."
        )
    rows = filtered(queries.visible_jobs(actor).filter(queue_key=key), request)

    def page(after: str, limit: int = PER_PAGE) -> queries.Page[Job]:
        return queries.page(rows, SORTS[sort], after=after, limit=limit)

    if request.GET.get("format") == "csv":
        plain = rows.filter(clearance="")  # restricted cases are in no export
        found = tables.read_all(lambda after: queries.page(plain, SORTS[sort], after=after, limit=200))
        return csv_response(f"queue-{key}", CSV_HEAD, (csv_row(job) for job in found))
    shown = page(request.GET.get("after", ""))
    held = queries.held(actor) if any(actor.has(name) for name in WORK) else None
    return render(request, "review/queue.html", _context(request, row, now, shown, held))


def filtered(rows: QuerySet[Job], request: HttpRequest) -> QuerySet[Job]:
    """The jobs that fit the address."""
    state = request.GET.get("state", "ready")
    if state not in STATES:
        raise BadInput("unknown_state", "A queue shows jobs that are ready, leased or waiting.", where="state")
    rows = rows.filter(state=state).select_related("case", "case__item")
    for name in PLAIN:
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name]})
    severity = request.GET.get("severity", "")
    return rows.filter(severity__gte=int(severity)) if severity in {"1", "2", "3", "4", "5"} else rows


def csv_row(job: Job) -> tuple[Any, ...]:
    """One job for the export; nothing of what anyone wrote."""
    return (
        ids.encode("case", job.case_id), ids.encode("job", job.pk), job.kind, job.policy_key, job.severity, job.market,
        job.language, round(job.priority, 2), job.due_at, job.ready_at, job.case.report_count, job.case.reach, job.routed_by,
    )  # fmt: skip


def _context(request: HttpRequest, row: Queue, now: Any, shown: queries.Page[Job], held: Any) -> dict[str, Any]:
    texts = tables.excerpts((job.case.item, job.case.item_version) for job in shown.rows if not job.clearance)
    lines = [
        {
            "job": job,
            "case": job.case,
            "url": address(job.pk) if held and held.job_id == job.pk else "",
            "text": texts.get(job.case.item_version, ""),
            "why": queries.why(job),
            "waits_for": waits_for(job.paused_for) if job.state == Job.State.WAITING else "",
        }
        for job in shown.rows
    ]
    after = request.GET.get("after", "")
    return {
        "queue": row,
        "now": now,
        "lines": lines,
        "query": request.GET,
        "filters": _filters(row),
        "next_page": tables.next_link(request.GET, shown.next),
        "first_page": tables.with_query(request.GET, after="") if after else None,
        "csv_url": tables.with_query(request.GET, after="", format="csv"),
    }


def _filters(row: Queue) -> list[dict[str, Any]]:
    known = [(policy.key, policy.name) for policy in policies.all_policies()]
    levels = [(str(level), f"{level}+") for level in range(1, 6)]
    kinds = [("review", _("First review")), ("second", _("Second opinion")), ("cluster", _("A cluster as one job"))]
    fields: list[dict[str, Any]] = [
        {
            "name": "state",
            "label": _("Waiting"),
            "chip": _("State"),
            "options": [("leased", _("In hand")), ("waiting", _("Clock stands still"))],
        },
        {"name": "policy_key", "label": _("Any policy"), "chip": _("Policy"), "options": known},
        {"name": "severity", "label": _("Any severity"), "chip": _("Severity at least"), "options": levels},
    ]
    if row.kind == "review":
        fields.append({"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": kinds})
    for name, label, values in (
        ("market", _("Any market"), row.markets),
        ("language", _("Any language"), row.languages),
    ):
        if values:
            fields.append({"name": name, "label": label, "options": [(value, value) for value in values]})
        else:
            fields.append({"name": name, "label": label, "type": "search"})
    return fields
