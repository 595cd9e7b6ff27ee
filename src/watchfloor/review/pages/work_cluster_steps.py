"""The steps of a cluster's job: one of the sample is read, the decision for all is tried, and made."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.review import clusters
from watchfloor.review.pages import in_hand, onward
from watchfloor.review.pages.typed import Typed
from watchfloor.review.pages.work_cluster import given_of, order_of


def read(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """What the item shown is; then the next of the sample."""
    item = ids.decode("itm", request.POST.get("item", ""))
    clusters.read_in_hand(actor, job_id, typed.token, item, request.POST.get("finding", ""))
    return in_hand.again(request, actor, job_id, typed)


def dry_run(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """What the decision for all would do."""
    return in_hand.again(request, actor, job_id, typed)


def for_all(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """The decision for all, as the dry run showed it."""
    given = given_of(request)
    batch = clusters.decide_in_hand(
        actor, job_id, typed.token, order_of(given), seen=request.POST.get("seen", ""), why=given["why"],
        active_ms=typed.active_ms,
    )  # fmt: skip
    messages.success(
        request,
        _("Decided for %(count)s. It is being done; under Orders over many it can be taken back.")
        % {"count": f"{batch.count:,}"},
    )
    return onward.next_case(request, typed.queue)


STEPS = {"read": read, "dry_run": dry_run, "for_all": for_all}
