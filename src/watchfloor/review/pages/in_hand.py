"""The page of the job in hand: as it is opened, with what was typed and what is wrong with it, and once the hold is over."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity import preferences
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.policy import queries as policies
from watchfloor.review import bench, bench_macros, bench_offers, case_jobs, clusters, queries, thread
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import SKIP_REASONS
from watchfloor.review.models import Job, Queue
from watchfloor.review.pages import part, work_cluster
from watchfloor.review.pages import typed as forms
from watchfloor.review.pages.typed import Typed
from watchfloor.review.queries import inquiries
from watchfloor.workforce import wellbeing

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster", "review.look")
UNDO_OFFER = timedelta(seconds=30)


def address(job_id: uuid.UUID, queue: str = "", done: str = "") -> str:
    """The workbench of a job; ``done`` is the decision whose undo is offered there."""
    asked = urlencode({name: value for name, value in (("queue", queue), ("done", done)) if value})
    return reverse("review-work", args=[job_id]) + (f"?{asked}" if asked else "")


def show(
    request: HttpRequest,
    actor: Actor,
    job: Job,
    typed: Typed,
    errors: list[tuple[str, str]] | None = None,
    *,
    done: str = "",
    to: str = "",
) -> HttpResponse:
    """The page. ``done``: the decision whose undo it still offers; ``to``: its address, where it answers a request for another."""
    if job.kind == clusters.KIND:
        return work_cluster.show(request, actor, job, typed, errors or [], to=to)
    context = bench.context(actor, job)
    lifted = Queue.objects.filter(kind="escalation", archived_at__isnull=True).order_by("position", "key")
    queue = Queue.objects.filter(key=job.queue_key).first()
    decided = (
        bench.just_decided(actor, done, clocks.UNDO_WINDOW)
        if done
        else bench.just_decided(actor, request.GET.get("done", ""), UNDO_OFFER)
    )
    context.update(
        typed=typed,
        errors=errors or [],
        error_of=dict(errors or []),
        done=decided,
        offers=bench_offers.offers(actor, decided),
        undo_seconds=int(UNDO_OFFER.total_seconds()),
        queue_name=queue.name if queue else job.queue_key,
        skip_reasons=[(key, _(words), "") for key, words in SKIP_REASONS.items()],
        filters=wellbeing.profile(uuid.UUID(actor.id)).filters,
        macros=bench_macros.ready(actor, job, violation=typed.violation),
        escalation_queues=[(row.key, row.name) for row in lifted],
        whom=[(key, name or _("Anyone who answers")) for key, name in inquiries.whom(job.case)],
        can_flag=True,
        waits_choices=case_jobs.choices(),
        mine=preferences.of(request.user),
        **effects_of(job, typed.violation),
    )
    if "thread" in request.GET:  # without script: another window of the thread
        context["thread"] = thread.window(actor, job.case, start=forms.number(request.GET["thread"]))
    return part.show(request, "review/work.html", context, address=to, status=422 if errors else 200)


def again(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """The page of the job in hand once more, with all that was typed."""
    job = bench.my_job(actor, job_id)
    return stale(request, job_id, typed) if job is None else show(request, actor, job, typed)


def wrong(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed, error: Any) -> HttpResponse:
    """The same page with what was typed, and what is wrong where."""
    job = bench.my_job(actor, job_id)
    if job is None:
        return stale(request, job_id, typed)
    where = {"violation_key": "violation", "reason": "reason", "to_queue": "reason"}.get(
        error.where, error.where or "main"
    )
    if error.where == "reason" and typed.step == "skip":
        where = "skip_reason"
    if error.where in ("ask_to", "ask_waits"):
        where = "question"
    return show(request, actor, job, typed, [(where, f"{error.message} {error.hint}".strip())])


def effects_of(job: Job, violation: str) -> dict[str, Any]:
    """The preview's names; an unknown or empty violation type has none."""
    try:
        found = bench.effects(job.case, violation) if violation else []
    except BadInput:
        found = []
    kinds = {kind.key: kind for kind in enforcement.kinds()}
    return {"effects": found, "kinds": kinds, "effects_for": violation if found else ""}


def stale(request: HttpRequest, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """One clear page when the hold is over: why, what was typed, and where to go from here."""
    actor = actor_of(request)
    job = queries.known_jobs(actor).select_related("case").filter(pk=job_id).first()
    if job is None and request.method != "POST":
        raise NotFound("unknown_job", "There is no such job.")
    may_open = job is not None and queries.visible_cases(actor).filter(pk=job.case_id).exists()
    violation = ""
    if typed.violation:
        try:
            violation = policies.violation(typed.violation).name
        except BadInput:
            violation = ""
    held = queries.held(actor)
    return part.show(
        request,
        "review/stale.html",
        {"job": job, "may_open": may_open, "typed": typed, "violation": violation,
         "skip_words": _skip_words(typed.skip_reason), "held_url": address(held.job_id) if held else ""},
        status=409 if request.method == "POST" else 200,
    )  # fmt: skip


def _skip_words(reason: str) -> str:
    known = SKIP_REASONS.get(reason)
    return _(known) if known else ""
