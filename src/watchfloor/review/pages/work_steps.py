"""What each button of the workbench does, by the name its form sends; each answers with the page that follows."""

from __future__ import annotations

import uuid

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity import preferences
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review import actions, bench, bench_edge, bench_live, bench_macros, looks
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import marks
from watchfloor.review.models import Job
from watchfloor.review.pages import in_hand, onward, part, work_cluster_steps
from watchfloor.review.pages.typed import Typed
from watchfloor.workforce import wellbeing_actions


def _decide(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if typed.macro.startswith("m:"):
        job = bench.my_job(actor, job_id)
        text = bench_macros.text_of(actor, job, typed.macro, typed.violation) if job else ""
        typed = msgspec.structs.replace(typed, macro_text=text)
    if _is_look(job_id):
        actions.looks.answer(actor, job_id, typed.token, typed.finding())
        return onward.next_case(request, typed.queue)
    decision = actions.decide_once(actor, job_id, typed.token, typed.finding())
    if not preferences.of(request.user).auto_next:
        return part.go(request, reverse("review") + f"?done={decision.pk}")
    return onward.next_case(request, typed.queue, done=str(decision.pk))


def _is_look(job_id: uuid.UUID) -> bool:
    return Job.objects.filter(pk=job_id, kind__in=looks.KINDS).exists()


def _skip(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.skip(actor, job_id, typed.token, typed.skip_reason, active_ms=typed.active_ms)
    messages.success(request, _("Skipped: someone else will get it."))
    return onward.next_case(request, typed.queue)


def _back(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.step_back(actor, job_id, typed.token)
    messages.success(request, _("You stepped back. Nobody will ask why. Take the time you need."))
    return part.go(request, reverse("wellbeing-pause"))


def _agree(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    job = bench.my_job(actor, job_id)
    if job is None:
        return in_hand.stale(request, job_id, typed)
    wellbeing_actions.agree(actor, job.policy_key, yes=True)
    return part.go(request, in_hand.address(job_id, typed.queue))


def _decline(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    job = bench.my_job(actor, job_id)
    if job is None:
        return in_hand.stale(request, job_id, typed)
    actions.step_back(actor, job_id, typed.token)
    wellbeing_actions.agree(actor, job.policy_key, yes=False)
    messages.success(request, _("You will not be given this kind of work. You can change that under My well-being."))
    return onward.next_case(request, typed.queue)


def _escalate(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if not typed.reason.strip():
        raise BadInput("no_reason", _("Say why it is handed up."), where="reason")
    actions.escalate(actor, job_id, typed.token, typed.reason[:200], typed.to_queue, active_ms=typed.active_ms)
    messages.success(request, _("Handed up. Whoever is on duty has 15 minutes to acknowledge it."))
    return onward.next_case(request, typed.queue)


def _hand_back(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if not typed.reason.strip():
        raise BadInput("no_reason", _("Say why it goes back to the floor."), where="reason")
    actions.hand_back(actor, job_id, typed.token, typed.reason[:200], active_ms=typed.active_ms)
    messages.success(request, _("Back on the floor."))
    return onward.next_case(request, typed.queue)


def _release(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.release(actor, job_id, typed.token, active_ms=typed.active_ms)
    messages.success(request, _("Given back: it waits in its queue."))
    return part.go(request, reverse("review"))


def _extend(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    until = actions.extend(actor, job_id, typed.token)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"until": until.isoformat()})
    return in_hand.again(request, actor, job_id, typed)  # the page again, with all that was typed


def _ask(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.ask(
        actor, job_id, typed.token, typed.question, to=typed.ask_to, waits=typed.ask_waits, active_ms=typed.active_ms
    )
    if typed.ask_waits:
        messages.success(request, _("Asked. The case waits for the answer, which comes to your desk."))
        return onward.next_case(request, typed.queue)
    messages.success(request, _("Asked. The answer comes to your desk; go on with the case."))
    return in_hand.again(request, actor, job_id, msgspec.structs.replace(typed, question=""))


def _mark(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    at_ms = marks.parse(typed.mark_at)
    actions.mark_in_hand(actor, job_id, typed.token, medium=typed.medium, at_ms=at_ms, note=typed.mark_note)
    return in_hand.again(request, actor, job_id, msgspec.structs.replace(typed, mark_at="", mark_note=""))


def _stop(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """Cut a live stream off: the decision that it violates, with the one action that ends it (and what the violation type does)."""
    if not typed.stop_violation:
        raise BadInput("no_violation", _("Choose what is violated."), where="stop_violation")
    job = bench.my_job(actor, job_id)
    if job is None:
        return in_hand.stale(request, job_id, typed)
    own = policies.violation(typed.stop_violation).actions
    finding = DecisionIn(
        verdict="violating", violation_key=typed.stop_violation, rationale=typed.full_note, active_ms=typed.active_ms,
        actions=tuple(dict.fromkeys((bench_live.STOP, *own))),
    )  # fmt: skip
    decision = actions.decide_once(actor, job_id, typed.token, finding)
    messages.success(request, _("The stream is being stopped. What was shown is kept with the case."))
    return onward.next_case(request, typed.queue, done=str(decision.pk))


def _edge(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    bench_edge.flag(actor, job_id, typed.token, typed.question)
    messages.success(request, _("Flagged for policy. Decide as the policy stands now."))
    return in_hand.again(request, actor, job_id, msgspec.structs.replace(typed, question=""))


def _pause(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.pause(actor, job_id, typed.waits_for, token=typed.token)
    messages.success(request, _("Its clock stands still. Whoever may work it starts it again on the case's page."))
    return onward.next_case(request, typed.queue)


STEPS = {
    "decide": _decide,
    "preview": in_hand.again,
    "skip": _skip,
    "back": _back,
    "agree": _agree,
    "decline": _decline,
    "escalate": _escalate,
    "hand_back": _hand_back,
    "release": _release,
    "extend": _extend,
    "ask": _ask,
    "mark": _mark,
    "stop": _stop,
    "edge": _edge,
    "pause": _pause,
    **work_cluster_steps.STEPS,
}
