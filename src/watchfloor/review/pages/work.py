"""The workbench: one job in hand, everything needed to decide it, and what follows from each button."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity import guard, preferences
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import (
    actions,
    bench,
    bench_edge,
    bench_live,
    bench_macros,
    bench_offers,
    case_jobs,
    clusters,
    informed,
    looks,
    queries,
    thread,
)
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import clocks, marks
from watchfloor.review.domain.findings import SKIP_REASONS
from watchfloor.review.models import Job, Queue
from watchfloor.review.pages import part, seen, work_cluster
from watchfloor.review.pages import typed as forms
from watchfloor.review.pages.typed import Typed
from watchfloor.review.queries import inquiries
from watchfloor.workforce import exposure, wellbeing, wellbeing_actions

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster", "review.look")
UNDO_OFFER = timedelta(seconds=30)


@require_POST
@guard.page(*WORK)
def take(request: HttpRequest) -> HttpResponse:
    """The next case: of one queue, or of all one's queues."""
    return next_case(request, forms.queue_of(request))


def next_case(request: HttpRequest, queue: str, *, done: str = "") -> HttpResponse:
    """Claim and open; the desk when nothing waits."""
    actor = actor_of(request)
    lease = actions.claim(actor, queue=queue or None)
    if lease is not None:
        to = address(lease.job_id, queue, done)
        job = bench.my_job(actor, lease.job_id) if part.is_wanted(request) else None
        if job is None or informed.asks(
            actor, job
        ):  # who has yet to be asked about this kind of work sees nothing of it
            return part.go(request, to)
        return _show(request, actor, job, Typed(queue=queue), done=done, to=to)
    text = _("Nothing else waits in %(queue)s.") % {"queue": queue} if queue else _("Nothing else waits for you.")
    messages.info(request, queries.why_nothing(actor_of(request)) or text)
    asked = urlencode({"done": done}) if done else ""
    return part.go(request, reverse("review") + (f"?{asked}" if asked else ""))


def address(job_id: uuid.UUID, queue: str = "", done: str = "") -> str:
    """The workbench of a job; ``done`` is the decision whose undo is offered there."""
    asked = urlencode({name: value for name, value in (("queue", queue), ("done", done)) if value})
    return reverse("review-work", args=[job_id]) + (f"?{asked}" if asked else "")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*WORK)
def work(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show the job in hand; take one of its steps."""
    actor = actor_of(request)
    if request.method != "POST":
        job = bench.my_job(actor, job_id)
        if job is None:
            return _stale(request, job_id, Typed(queue=forms.queue_of(request)))
        if informed.asks(actor, job):
            return informed.page(request, actor, job)
        return _show(request, actor, job, Typed(queue=forms.queue_of(request)))
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
            return _again(request, actor, job_id, typed, error)
        return _stale(request, job_id, typed)
    except (BadInput, Forbidden, NotFound) as error:
        return _again(request, actor, job_id, typed, error)


def _decide(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if typed.macro.startswith("m:"):
        job = bench.my_job(actor, job_id)
        text = bench_macros.text_of(actor, job, typed.macro, typed.violation) if job else ""
        typed = msgspec.structs.replace(typed, macro_text=text)
    if _is_look(job_id):
        actions.looks.answer(actor, job_id, typed.token, typed.finding())
        return next_case(request, typed.queue)
    decision = actions.decide_once(actor, job_id, typed.token, typed.finding())
    if not preferences.of(request.user).auto_next:
        return part.go(request, reverse("review") + f"?done={decision.pk}")
    return next_case(request, typed.queue, done=str(decision.pk))


def _is_look(job_id: uuid.UUID) -> bool:
    return Job.objects.filter(pk=job_id, kind__in=looks.KINDS).exists()


def again(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """The page of the job in hand once more, with all that was typed."""
    job = bench.my_job(actor, job_id)
    return _stale(request, job_id, typed) if job is None else _show(request, actor, job, typed)


def _skip(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.skip(actor, job_id, typed.token, typed.skip_reason, active_ms=typed.active_ms)
    messages.success(request, _("Skipped: someone else will get it."))
    return next_case(request, typed.queue)


def _back(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.step_back(actor, job_id, typed.token)
    messages.success(request, _("You stepped back. Nobody will ask why. Take the time you need."))
    return part.go(request, reverse("wellbeing-pause"))


def _agree(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    job = bench.my_job(actor, job_id)
    if job is None:
        return _stale(request, job_id, typed)
    wellbeing_actions.agree(actor, job.policy_key, yes=True)
    return part.go(request, address(job_id, typed.queue))


def _decline(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    job = bench.my_job(actor, job_id)
    if job is None:
        return _stale(request, job_id, typed)
    actions.step_back(actor, job_id, typed.token)
    wellbeing_actions.agree(actor, job.policy_key, yes=False)
    messages.success(request, _("You will not be given this kind of work. You can change that under My well-being."))
    return next_case(request, typed.queue)


def _escalate(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if not typed.reason.strip():
        raise BadInput("no_reason", _("Say why it is handed up."), where="reason")
    actions.escalate(actor, job_id, typed.token, typed.reason[:200], typed.to_queue, active_ms=typed.active_ms)
    messages.success(request, _("Handed up. Whoever is on duty has 15 minutes to acknowledge it."))
    return next_case(request, typed.queue)


def _hand_back(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    if not typed.reason.strip():
        raise BadInput("no_reason", _("Say why it goes back to the floor."), where="reason")
    actions.hand_back(actor, job_id, typed.token, typed.reason[:200], active_ms=typed.active_ms)
    messages.success(request, _("Back on the floor."))
    return next_case(request, typed.queue)


def _release(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.release(actor, job_id, typed.token, active_ms=typed.active_ms)
    messages.success(request, _("Given back: it waits in its queue."))
    return part.go(request, reverse("review"))


def _extend(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    until = actions.extend(actor, job_id, typed.token)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"until": until.isoformat()})
    return again(request, actor, job_id, typed)  # the page again, with all that was typed


def _ask(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.ask(
        actor, job_id, typed.token, typed.question, to=typed.ask_to, waits=typed.ask_waits, active_ms=typed.active_ms
    )
    if typed.ask_waits:
        messages.success(request, _("Asked. The case waits for the answer, which comes to your desk."))
        return next_case(request, typed.queue)
    messages.success(request, _("Asked. The answer comes to your desk; go on with the case."))
    return again(request, actor, job_id, msgspec.structs.replace(typed, question=""))


def _mark(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    at_ms = marks.parse(typed.mark_at)
    actions.mark_in_hand(actor, job_id, typed.token, medium=typed.medium, at_ms=at_ms, note=typed.mark_note)
    return again(request, actor, job_id, msgspec.structs.replace(typed, mark_at="", mark_note=""))


def _stop(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    """Cut a live stream off: the decision that it violates, with the one action that ends it (and what the violation type does)."""
    if not typed.stop_violation:
        raise BadInput("no_violation", _("Choose what is violated."), where="stop_violation")
    job = bench.my_job(actor, job_id)
    if job is None:
        return _stale(request, job_id, typed)
    own = policies.violation(typed.stop_violation).actions
    finding = DecisionIn(
        verdict="violating", violation_key=typed.stop_violation, rationale=typed.full_note, active_ms=typed.active_ms,
        actions=tuple(dict.fromkeys((bench_live.STOP, *own))),
    )  # fmt: skip
    decision = actions.decide_once(actor, job_id, typed.token, finding)
    messages.success(request, _("The stream is being stopped. What was shown is kept with the case."))
    return next_case(request, typed.queue, done=str(decision.pk))


def _edge(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    bench_edge.flag(actor, job_id, typed.token, typed.question)
    messages.success(request, _("Flagged for policy. Decide as the policy stands now."))
    return again(request, actor, job_id, msgspec.structs.replace(typed, question=""))


def _pause(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
    actions.pause(actor, job_id, typed.waits_for, token=typed.token)
    messages.success(request, _("Its clock stands still. Whoever may work it starts it again on the case's page."))
    return next_case(request, typed.queue)


STEPS = {
    "decide": _decide,
    "preview": again,
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
    **work_cluster.STEPS,
}


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
    return render(request, "review/effects.html", {"typed": Typed(violation=key), **_effects(job, key)})


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
    return back_to_hand(request)


def back_to_hand(request: HttpRequest, *, done: str = "") -> HttpResponse:
    """After a step beside the case: on with the job in hand, or to the desk; ``done`` is the decision still spoken of there."""
    actor, queue = actor_of(request), forms.queue_of(request)
    held = queries.held(actor)
    job = bench.my_job(actor, held.job_id) if held and part.is_wanted(request) else None
    if held is None:
        return part.go(request, reverse("review") + (f"?done={done}" if done else ""))
    if job is None or informed.asks(actor, job):
        return part.go(request, address(held.job_id, queue, done))
    return _show(request, actor, job, Typed(queue=queue), done=done, to=address(job.pk, queue))


def _case_of(decision_id: uuid.UUID) -> uuid.UUID:
    from watchfloor.review.models import Decision

    return Decision.objects.values_list("case_id", flat=True).get(pk=decision_id)


def _show(
    request: HttpRequest,
    actor: Actor,
    job: Job,
    typed: Typed,
    errors: list[tuple[str, str]] | None = None,
    *,
    done: str = "",
    to: str = "",
) -> HttpResponse:
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
        **_effects(job, typed.violation),
    )
    if "thread" in request.GET:  # without script: another window of the thread
        context["thread"] = thread.window(actor, job.case, start=forms.number(request.GET["thread"]))
    return part.show(request, "review/work.html", context, address=to, status=422 if errors else 200)


def _effects(job: Job, violation: str) -> dict[str, Any]:
    """The preview's names; an unknown or empty violation type has none."""
    try:
        found = bench.effects(job.case, violation) if violation else []
    except BadInput:
        found = []
    kinds = {kind.key: kind for kind in enforcement.kinds()}
    return {"effects": found, "kinds": kinds, "effects_for": violation if found else ""}


def _again(request: HttpRequest, actor: Actor, job_id: uuid.UUID, typed: Typed, error: Any) -> HttpResponse:
    """The same page with what was typed, and what is wrong where."""
    job = bench.my_job(actor, job_id)
    if job is None:
        return _stale(request, job_id, typed)
    where = {"violation_key": "violation", "reason": "reason", "to_queue": "reason"}.get(
        error.where, error.where or "main"
    )
    if error.where == "reason" and typed.step == "skip":
        where = "skip_reason"
    if error.where in ("ask_to", "ask_waits"):
        where = "question"
    return _show(request, actor, job, typed, [(where, f"{error.message} {error.hint}".strip())])


def _stale(request: HttpRequest, job_id: uuid.UUID, typed: Typed) -> HttpResponse:
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
