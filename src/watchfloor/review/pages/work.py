"""The workbench: the next case is taken, one job in hand is shown, its steps are taken, and a decision is taken back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform.render import render
from watchfloor.review import actions, bench, informed
from watchfloor.review.models import Job
from watchfloor.review.pages import in_hand, onward, part, seen
from watchfloor.review.pages import typed as forms
from watchfloor.review.pages.in_hand import WORK
from watchfloor.review.pages.typed import Typed
from watchfloor.review.pages.work_steps import STEPS
from watchfloor.workforce import exposure


@require_POST
@guard.page(*WORK)
def take(request: HttpRequest) -> HttpResponse:
    """The next case: of one queue, or of all one's queues."""
    return onward.next_case(request, forms.queue_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*WORK)
def work(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show the job in hand; take one of its steps."""
    actor = actor_of(request)
    if request.method != "POST":
        job = bench.my_job(actor, job_id)
        if job is None:
            return in_hand.stale(request, job_id, Typed(queue=forms.queue_of(request)))
        if informed.asks(actor, job):
            return informed.page(request, actor, job)
        return in_hand.show(request, actor, job, Typed(queue=forms.queue_of(request)))
    typed = forms.read(request)
    step = STEPS.get(typed.step or "decide")
    if step is None:
        raise BadInput("unknown_step", "There is no such step.", where="step", hint=f"One of: {', '.join(STEPS)}.")
    seen.from_form(request, job_id, typed.token)
    try:
        answer = step(request, actor, job_id, typed)
        if not Job.objects.filter(pk=job_id, state=Job.State.LEASED, lease_token=typed.token).exists():
            exposure.end(job_id, typed.token)  # it is out of these hands, however the answer looks
        return answer
    except Conflict as error:
        if error.code != "stale_lease":
            return in_hand.wrong(request, actor, job_id, typed, error)
        return in_hand.stale(request, job_id, typed)
    except (BadInput, Forbidden, NotFound) as error:
        return in_hand.wrong(request, actor, job_id, typed, error)


@require_POST
@guard.page(*WORK)
def beat(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """A sign of life from the page, with the focus time so far; JSON ``{"until"}``, 409 when the lease is over."""
    typed = forms.read(request)
    until = actions.heartbeat(actor_of(request), job_id, typed.token, typed.active_ms)
    return JsonResponse({"until": until.isoformat()})


@require_safe
@guard.page(*WORK)
def effects(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What each action would do for ``?violation=``: a piece of the page."""
    job = bench.my_job(actor_of(request), job_id)
    if job is None:
        raise Conflict("stale_lease", "You no longer hold this job.")
    key = request.GET.get("violation", "")
    return render(request, "review/effects.html", {"typed": Typed(violation=key), **in_hand.effects_of(job, key)})


@require_POST
@guard.page(*WORK)
def undo(request: HttpRequest, decision_id: uuid.UUID) -> HttpResponse:
    """Take a decision back; on with the job in hand, if there is one."""
    actor = actor_of(request)
    why = request.POST.get("why", "").strip()[:200] or "taken back at once by the reviewer"
    actions.undo(actor, decision_id, why)
    messages.success(request, _("Taken back. Everything it did is undone, and the case waits for a fresh look."))
    if request.POST.get("to", "") == "case":
        return part.go(request, reverse("case-detail", args=[ids.encode("case", _case_of(decision_id))]))
    return onward.back_to_hand(request)


def _case_of(decision_id: uuid.UUID) -> uuid.UUID:
    from watchfloor.review.models import Decision

    return Decision.objects.values_list("case_id", flat=True).get(pk=decision_id)
