"""Where somebody was when they suggested something: the name of the page and, of a case in hand, its id. Never what the page showed.

An address can hold what a person searched for or an account's id, so it is not kept: only the name by which the program knows it.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.urls import Resolver404, resolve

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.review import queries as review
from watchfloor.review.models import Job, Queue


class Place(msgspec.Struct, frozen=True):
    """The page's name; the case, its queue, policy and market where one was in hand."""

    page: str = ""
    case_id: UUID | None = None
    queue: str = ""
    policy: str = ""
    market: str = ""


def of(actor: Actor, path: str) -> Place:
    """The place behind an address within the console; nothing of an address this person may not know of."""
    try:
        found = resolve(path.partition("?")[0][:300])
    except Resolver404:
        return Place()
    page = (found.url_name or "")[:60]
    job, case_id = None, None
    if isinstance(found.kwargs.get("job_id"), UUID):
        job = review.known_jobs(actor).select_related("case").filter(pk=found.kwargs["job_id"]).first()
    elif isinstance(found.kwargs.get("case_id"), str):
        try:
            case_id = ids.decode("case", found.kwargs["case_id"])
        except BadInput:
            return Place(page)
    if job is not None:
        return _of_job(page, job)
    if page == "review-queue":
        queue = Queue.objects.filter(key=str(found.kwargs.get("key", ""))[:80]).first()
        may = queue is not None and review.visible_jobs(actor).filter(queue_key=queue.key).exists()
        return Place(page, queue=queue.key if queue is not None and may else "")
    case = review.visible_cases(actor).filter(pk=case_id).first() if case_id else None
    if case is None:
        return Place(page)
    return Place(page, case.pk, "", case.policy_key, case.market)


def _of_job(page: str, job: Job) -> Place:
    return Place(page, job.case_id, job.queue_key, job.case.policy_key, job.case.market)
