"""Pieces the workbench asks for while one reads: more of the thread, a translation, whether another case waits."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation as languages
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.items import queries as items
from watchfloor.kernel.errors import Conflict
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import bench, queries, thread, translators
from watchfloor.review.models import Job
from watchfloor.review.pages import typed as forms
from watchfloor.review.pages.in_hand import WORK


@require_safe
@guard.page(*WORK)
def posts(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Posts ``?start=`` to ``?stop=`` of the thread; ``?side=before|after`` says which way goes on."""
    job = _held(request, job_id)
    start, stop = forms.number(request.GET.get("start", "")), forms.number(request.GET.get("stop", ""))
    window = thread.window(actor_of(request), job.case, start=start, stop=stop or None)
    side = request.GET.get("side", "")
    context = {"thread": window, "job": job, "side": side if side in ("before", "after") else ""}
    return render(request, "review/thread_part.html", context)


@require_safe
@guard.page(*WORK)
def translation(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The item's text in the reader's language, by an installed translator."""
    job = _held(request, job_id)
    data = items.snapshot(job.case.item_version) or {}
    target = languages.get_language() or "en"
    text = items.text_of(job.case.item.type_key, data)
    made = translators.translate(text, job.case.language, target) if text else None
    return render(request, "review/translation.html", {"made": made, "target": target})


@require_safe
@guard.page(*WORK)
def ready(request: HttpRequest) -> HttpResponse:
    """``{"ready": true}`` when a claim would give a case now. Nothing is taken, and nothing is said of the case."""
    actor = actor_of(request)
    queue = forms.queue_of(request)
    found = bool(queries.next_up(actor, queue=queue or None, limit=1))
    policies.all_policies()  # what the next page reads is in this process' memory then
    return JsonResponse({"ready": found})


def _held(request: HttpRequest, job_id: uuid.UUID) -> Job:
    job = bench.my_job(actor_of(request), job_id)
    if job is None:
        raise Conflict("stale_lease", "You no longer hold this job.")
    return job
