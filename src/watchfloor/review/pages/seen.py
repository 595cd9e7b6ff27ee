"""What the workbench showed: sums of exposure from the page, and each look at restricted media; bounded and kept by ``workforce``."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.review import bench
from watchfloor.review.models import Job
from watchfloor.workforce import exposure
from watchfloor.workforce.contracts import JobFacts
from watchfloor.workforce.domain import exposure as domain

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster", "review.look")
MAX_BODY = 20_000
log = logging.getLogger(__name__)


def facts(job: Job) -> JobFacts:
    """What exposure needs to know of a job that is held."""
    assert job.leased_at is not None
    return JobFacts(
        job=job.pk, token=job.lease_token, case=job.case_id, leased_at=job.leased_at, queue=job.queue_key,
        policy=job.policy_key, market=job.market, language=job.language, severity=job.severity, clearance=job.clearance,
        item_version=job.case.item_version,
    )  # fmt: skip


@require_POST
@guard.page(*WORK)
def seen(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """``{"page", "token", "worked_ms", "lines": [...]}``, sums since the page was loaded. 204; a job no longer held changes nothing."""
    actor = actor_of(request)
    sums = _json(request)
    job = _held(actor, job_id, sums.get("token"))
    if job is not None:
        _take(actor, job, sums)
    return HttpResponse(status=204)


@require_POST
@guard.page(*WORK)
def revealed(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """``{"token", "media", "kind", "how", "filters"}``: before restricted media is loaded. 204, or 409 when the job is not held."""
    actor = actor_of(request)
    said = _json(request)
    job = _held(actor, job_id, said.get("token"))
    if job is None:
        raise Conflict("stale_lease", "You no longer hold this job.")
    filters = said.get("filters")
    exposure.reveal(
        actor, facts(job), str(said.get("media", "")), kind=str(said.get("kind", "")), how=str(said.get("how", "")),
        filters=[str(name) for name in filters] if isinstance(filters, list) else (),
    )  # fmt: skip
    return HttpResponse(status=204)


def from_form(request: HttpRequest, job_id: uuid.UUID, token: int) -> None:
    """The sums that came with a form of the workbench. Whatever is wrong with them must not keep anybody from deciding."""
    raw = request.POST.get("shown", "")
    if not raw or len(raw) > MAX_BODY:
        return
    try:
        sums = json.loads(raw)
        job = _held(actor_of(request), job_id, token) if isinstance(sums, dict) else None
        if job is not None:
            _take(actor_of(request), job, sums)
    except (ValueError, BadInput, NotFound) as error:
        log.warning("the sums of exposure of a form were not taken: %s", error)


def _take(actor: Actor, job: Job, sums: dict[str, Any]) -> None:
    worked = sums.get("worked_ms")
    exposure.record(
        actor, facts(job), domain.read(sums.get("lines", [])), page=str(sums.get("page", ""))[:16],
        worked_ms=worked if isinstance(worked, int) and not isinstance(worked, bool) else 0,
    )  # fmt: skip


def _held(actor: Actor, job_id: uuid.UUID, token: Any) -> Job | None:
    job = bench.my_job(actor, job_id)
    return job if job is not None and job.lease_token == token else None


def _json(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise BadInput("too_long", "That is more than a page can have shown.")
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise BadInput("not_json", "The body must be a JSON object.")
    return said
