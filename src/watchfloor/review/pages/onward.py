"""Where a step leads: on with the next case, back to the job in hand, or to the desk when nothing waits."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.middleware import actor_of
from watchfloor.review import actions, bench, informed, queries
from watchfloor.review.pages import in_hand, part
from watchfloor.review.pages import typed as forms
from watchfloor.review.pages.typed import Typed


def next_case(request: HttpRequest, queue: str, *, done: str = "") -> HttpResponse:
    """Claim and open; the desk when nothing waits."""
    actor = actor_of(request)
    lease = actions.claim(actor, queue=queue or None)
    if lease is not None:
        to = in_hand.address(lease.job_id, queue, done)
        job = bench.my_job(actor, lease.job_id) if part.is_wanted(request) else None
        if job is None or informed.asks(actor, job):  # who has yet to be asked about such work sees nothing of it
            return part.go(request, to)
        return in_hand.show(request, actor, job, Typed(queue=queue), done=done, to=to)
    text = _("Nothing else waits in %(queue)s.") % {"queue": queue} if queue else _("Nothing else waits for you.")
    messages.info(request, queries.why_nothing(actor_of(request)) or text)
    asked = urlencode({"done": done}) if done else ""
    return part.go(request, reverse("review") + (f"?{asked}" if asked else ""))


def back_to_hand(request: HttpRequest, *, done: str = "") -> HttpResponse:
    """After a step beside the case: on with the job in hand, or to the desk; ``done`` is the decision still spoken of there."""
    actor, queue = actor_of(request), forms.queue_of(request)
    held = queries.held(actor)
    job = bench.my_job(actor, held.job_id) if held and part.is_wanted(request) else None
    if held is None:
        return part.go(request, reverse("review") + (f"?done={done}" if done else ""))
    if job is None or informed.asks(actor, job):
        return part.go(request, in_hand.address(held.job_id, queue, done))
    return in_hand.show(request, actor, job, Typed(queue=queue), done=done, to=in_hand.address(job.pk, queue))
