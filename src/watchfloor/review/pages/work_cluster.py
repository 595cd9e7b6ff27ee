"""The workbench of a cluster's job: the sample to be read one by one with three keys, then the dry run."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.review import bench_cluster, clusters
from watchfloor.review.bulk.orders import Order
from watchfloor.review.domain.findings import SKIP_REASONS
from watchfloor.review.models import Job, Queue
from watchfloor.review.pages import orders, part
from watchfloor.review.pages.typed import Typed
from watchfloor.workforce import wellbeing


def show(
    request: HttpRequest, actor: Actor, job: Job, typed: Typed, errors: list[tuple[str, str]], *, to: str = ""
) -> HttpResponse:
    """The page; with a finding chosen, the dry run of it."""
    cluster = clusters.cluster_of_job(job)
    if cluster is None:
        raise Conflict("stale_lease", "This job is not about a cluster any more.")
    given = given_of(request)
    seen = None
    if request.method == "POST" and typed.step in ("dry_run", "for_all"):
        try:
            seen = clusters.preview_in_hand(actor, job.pk, job.lease_token, order_of(given))
        except (BadInput, Forbidden) as error:
            if not errors:
                errors = [(_FIELDS.get(error.where, "violation"), f"{error.message} {error.hint}".strip())]
    queue = Queue.objects.filter(key=job.queue_key).first()
    context: dict[str, Any] = bench_cluster.context(actor, job, cluster, given["verdict"])
    context.update(
        typed=typed, errors=errors, error_of=dict(errors), given=given, seen=seen, excerpts=orders.excerpts(seen),
        queue_name=queue.name if queue else job.queue_key,
        skip_reasons=[(key, _(words), "") for key, words in SKIP_REASONS.items()],
        filters=wellbeing.profile(uuid.UUID(actor.id)).filters,
    )  # fmt: skip
    return part.show(request, "review/work_cluster.html", context, address=to, status=422 if errors else 200)


_FIELDS = {"violation_key": "violation", "why": "why", "verdict": "verdict"}


def given_of(request: HttpRequest) -> dict[str, str]:
    """What was chosen for all."""
    found = {
        name: request.POST.get(name, "").strip()[:300] for name in ("verdict", "violation", "why", "with_protected")
    }
    return {**found, "verdict": "clean" if found["verdict"] == "clean" else "violating"}


def order_of(given: dict[str, str]) -> Order:
    """The decision for all, as an order over many."""
    violating = given["verdict"] == "violating"
    return Order(
        verb="decide", verdict=given["verdict"], violation=given["violation"] if violating else "",
        with_protected=given["with_protected"] == "on",
    )  # fmt: skip
