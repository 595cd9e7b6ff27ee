"""Cohorts: who learns what by when, sessions with attendance, and how far everybody is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.training import cohort_actions, cohort_queries, letters, scope, standing
from watchfloor.training.domain import cohorts as clocks
from watchfloor.training.models import Attendance, Cohort, Letter, Member, TrainingSession
from watchfloor.training.pages import parts

READ = scope.SEE
METHODS = ["GET", "HEAD", "POST"]
HEAD = ("cohort", "policy", "version", "vendor", "site", "language", "due", "people", "certified", "state")
PEOPLE = ("person", "certified", "attended", "sessions", "counts until", "reminded", "lead told")
Errors = list[tuple[str, str]]


@require_safe
@guard.page(*READ)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?policy=&vendor=``: all cohorts one may see, what is due first; ``?format=csv``."""
    actor, asked = actor_of(request), request.GET
    rows = cohort_queries.visible(actor)
    for name, column in (("policy", "policy_key"), ("vendor", "vendor_key")):
        if asked.get(name):
            rows = rows.filter(**{column: asked[name]})
    lines = cohort_queries.lines(rows)
    if asked.get("format") == "csv":
        return csv_response("cohorts", HEAD, (
            (x.row.name, x.row.policy_key, x.row.policy_version, x.row.vendor_key, x.row.site, x.row.language, x.row.due_on, x.people,
             x.certified, "closed" if x.row.closed_at else "late" if x.late else "open") for x in lines
        ))  # fmt: skip
    known = {policy.key: _(policy.name) for policy in policies.all_policies()}
    vendors = [(row.key, row.name) for row in cohort_queries.vendors(actor, *READ)]
    context = {
        "tabs": parts.tabs(actor, "cohorts"), "rows": lines, "names": known, "query": asked, "may_edit": actor.has("training.edit"),
        "filters": [
            {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": list(known.items())},
            {"name": "vendor", "label": _("All vendors"), "chip": _("Vendor"), "options": vendors},
        ],
    }  # fmt: skip
    return render(request, "training/cohorts.html", context)


@require_http_methods(METHODS)
@guard.page("training.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Plan a cohort: ``?policy=`` is chosen beforehand."""
    actor = actor_of(request)
    errors: Errors = []
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            vendor = given.get("vendor", "")
            if not scope.may(actor, vendor, *scope.TEACH):
                raise BadInput("unknown_vendor", "Choose whose people these are.", where="vendor")
            with writing(actor) as w:
                row = cohort_actions.save(
                    w, None, name=given.get("name", ""), policy_key=given.get("policy", ""), vendor_key=vendor,
                    language=given.get("language", ""), due_on=datefields.day_or_none(given.get("due_on", ""), "due_on"), lead_id=None,
                )  # fmt: skip
            messages.success(request, _("The cohort is planned. Take people in, and plan its sessions."))
            return redirect("training-cohort", row.pk)
        except BadInput as refused:
            errors = [(refused.where, parts.sentence(refused))]
    context = {
        "typed": given, "errors": errors, "error_of": dict(errors),
        "policies": [("", _("Choose …")), *((each.key, _(each.name)) for each in policies.all_policies())],
        "vendors": [(row.key, f"{row.name} ({row.site or row.time_zone})") for row in cohort_queries.vendors(actor, *scope.TEACH)],
    }  # fmt: skip
    return render(request, "training/cohort_new.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@guard.page(*READ)
def one(request: HttpRequest, cohort_id: UUID) -> HttpResponseBase:
    """One cohort with everybody in it and its sessions; a POST changes it. ``?format=csv`` gives the people."""
    actor = actor_of(request)
    row = cohort_queries.one(actor, cohort_id)
    manages = scope.may(actor, row.vendor_key, *scope.TEACH)
    errors: Errors = []
    if request.method == "POST":
        do = _VERBS.get(request.POST.get("do", ""))
        if do is None or not manages:
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            messages.success(request, do(request, actor, row))
            return redirect("training-cohort", cohort_id)
        except (BadInput, Conflict, Forbidden, NotFound) as refused:
            errors = [(refused.where, parts.sentence(refused))]
    members = cohort_queries.members(row)
    if request.GET.get("format") == "csv":
        return csv_response("cohort", PEOPLE, (
            (m.name, "yes" if m.certified else "no", m.attended, m.held, m.until or ("open" if m.works else ""), m.row.reminded_at,
             m.row.escalated_at) for m in members
        ))  # fmt: skip
    sessions = cohort_queries.sessions(row)
    choices = cohort_queries.could_teach(actor, row)
    people = choices | {each.trainer_id for each in sessions}
    names = names_of({f"user:{pk}" for pk in people} | {f"user:{row.lead_id}"})
    context = {
        "tabs": parts.tabs(actor, "cohorts"), "row": row, "policy": parts.policy_of(row.policy_key), "members": members,
        "sessions": sessions, "errors": errors, "error_of": dict(errors), "typed": request.POST, "manages": manages,
        "ends": cohort_queries.ends(row), "now": clock.now(), "could_join": cohort_queries.could_join(row) if manages else [],
        "certified": sum(each.certified for each in members), "names": names,
        "may_teach": standing.may_teach(people, row.policy_key, row.policy_version),
        "trainers": sorted(((str(pk), names[f"user:{pk}"]) for pk in choices), key=lambda each: each[1].casefold()),
        "leads": [("", _("nobody")), *cohort_queries.leads(actor, row.vendor_key)] if manages else [], "query": request.GET,
        "unsent": Letter.objects.filter(cohort=row, sent_at=None, next_at=None).exclude(error="").count(),
    }  # fmt: skip
    return render(request, "training/cohort.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@guard.page(*READ)
def session(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """One session: a POST writes down who was there, moves it, calls it off or back."""
    actor = actor_of(request)
    row = cohort_queries.session(actor, session_id)
    manages = scope.may(actor, row.cohort.vendor_key, *scope.TEACH)
    errors: Errors = []
    if request.method == "POST":
        do = _ON_SESSION.get(request.POST.get("do", ""))
        if do is None or not manages:
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            messages.success(request, do(request, actor, row))
            return redirect("training-session", session_id)
        except (BadInput, Conflict) as refused:
            errors = [(refused.where, parts.sentence(refused))]
    members = cohort_queries.members(row.cohort)
    said = dict(Attendance.objects.filter(session=row).values_list("reviewer_id", "state"))
    zone = ZoneInfo(row.cohort.time_zone)
    local = row.starts_at.astimezone(zone)
    context = {
        "tabs": parts.tabs(actor, "cohorts"), "row": row, "cohort": row.cohort, "policy": parts.policy_of(row.cohort.policy_key),
        "members": members, "said": said, "begun": row.starts_at <= clock.now(), "manages": manages, "errors": errors,
        "error_of": dict(errors), "typed": request.POST, "day": local.date().isoformat(), "hour": f"{local:%H:%M}",
        "there": f"{local:%H:%M}", "names": names_of([f"user:{row.trainer_id}"]),
        "states": [("there", _("There")), ("late", _("Late")), ("absent", _("Absent"))],
    }  # fmt: skip
    return render(request, "training/session.html", context, status=422 if errors else 200)


@require_safe
@guard.page(*parts.LEARN, *READ)
def invite(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """A session as one's own calendar reads it: for those who are in it, teach it or may see it."""
    actor = actor_of(request)
    row = TrainingSession.objects.select_related("cohort").filter(pk=session_id).first()
    user = User.objects.filter(pk=parts.me(request)).first()
    inside = row is not None and user is not None and (
        row.trainer_id == user.pk
        or Member.objects.filter(cohort=row.cohort, reviewer_id=user.pk, left_at=None).exists()
        or cohort_queries.visible(actor).filter(pk=row.cohort_id).exists()
    )  # fmt: skip
    if row is None or user is None or not inside:
        raise NotFound("unknown_session", "There is no such session.")
    answer = HttpResponse(letters.calendar(row, user), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return answer


@require_http_methods(METHODS)
@guard.page("training.approve", "training.edit")
def trainers(request: HttpRequest) -> HttpResponseBase:
    """Who may teach what; a POST names somebody, or says that they no longer may. Needs ``training.approve`` to change."""
    actor = actor_of(request)
    errors: Errors = []
    people = dict(cohort_queries.colleagues(actor))
    if request.method == "POST":
        if not actor.has("training.approve"):
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            may = request.POST.get("do") != "end"
            person = _uuid(request.POST.get("person", ""), "person")
            if str(person) not in people:
                raise BadInput("unknown_person", "Choose somebody.", where="person")
            with writing(actor) as w:
                cohort_actions.name_trainer(w, person, request.POST.get("policy", ""), may=may)
            done = _("They may teach it, once they hold its certificate themselves.")
            messages.success(request, done if may else _("They no longer teach it."))
            return redirect("training-trainers")
        except (BadInput, Conflict, Forbidden, NotFound) as refused:
            errors = [(refused.where or "person", parts.sentence(refused))]
    rows = [row for row in cohort_queries.trainers() if str(row.person_id) in people]
    names = names_of(f"user:{row.person_id}" for row in rows)
    lines = []
    for row in rows:
        version = policies.version_in_force(row.policy_key)
        able = standing.may_teach([row.person_id], row.policy_key, version.number) if version else set()
        lines.append({"row": row, "name": names[f"user:{row.person_id}"], "able": row.person_id in able})
    context = {
        "tabs": parts.tabs(actor, "cohorts"), "rows": lines, "names": {p.key: _(p.name) for p in policies.all_policies()},
        "people": [("", _("Choose …")), *people.items()], "policies": [(p.key, _(p.name)) for p in policies.all_policies()],
        "errors": errors, "error_of": dict(errors), "typed": request.POST, "may_approve": actor.has("training.approve"),
    }  # fmt: skip
    return render(request, "training/trainers.html", context, status=422 if errors else 200)


def _change(request: HttpRequest, actor: Actor, row: Cohort) -> str:
    given = request.POST
    lead = _uuid(given["lead"], "lead") if given.get("lead") else None
    if lead is not None and str(lead) not in dict(cohort_queries.leads(actor, row.vendor_key)):
        raise BadInput("unknown_person", "Choose somebody who may see this cohort.", where="lead")
    with writing(actor) as w:
        cohort_actions.save(
            w, row, name=given.get("name", ""), policy_key=row.policy_key, vendor_key=row.vendor_key, lead_id=lead,
            language=given.get("language", ""), due_on=datefields.day_or_none(given.get("due_on", ""), "due_on"),
        )  # fmt: skip
    return _("Kept.")


def _join(request: HttpRequest, actor: Actor, row: Cohort) -> str:
    people = [_uuid(each, "people") for each in request.POST.getlist("people")]
    if not people:
        raise BadInput("nobody", "Choose at least one person.", where="people")
    with writing(actor) as w:
        count = cohort_actions.join(w, row, people)
    return ngettext("%(num)d person is in the cohort now.", "%(num)d people are in the cohort now.", count) % {
        "num": count
    }


def _leave(request: HttpRequest, actor: Actor, row: Cohort) -> str:
    with writing(actor) as w:
        cohort_actions.leave(w, row, _uuid(request.POST.get("person", ""), "people"))
    return _("They are out of the cohort; take them in again below.")


def _plan(request: HttpRequest, actor: Actor, row: Cohort) -> str:
    with writing(actor) as w:
        cohort_actions.plan_session(w, row, **_session_values(request, actor, row))
    return _("The session is planned; everybody is invited.")


def _close(request: HttpRequest, actor: Actor, row: Cohort) -> str:
    again = row.closed_at is not None
    with writing(actor) as w:
        cohort_actions.close(w, row, again=again)
    return _("The cohort is open again.") if again else _("The cohort is closed; nobody of it is reminded any more.")


_VERBS: dict[str, Callable[[HttpRequest, Actor, Cohort], str]] = {
    "change": _change, "join": _join, "leave": _leave, "plan": _plan, "close": _close,
}  # fmt: skip


def _attend(request: HttpRequest, actor: Actor, row: TrainingSession) -> str:
    given = {
        UUID(name.removeprefix("state-")): str(value) for name, value in request.POST.items()
        if name.startswith("state-") and value and _is_uuid(name.removeprefix("state-"))
    }  # fmt: skip
    with writing(actor) as w:
        count = cohort_actions.attend(w, row, given)
    return ngettext("Written down: %(num)d person was there.", "Written down: %(num)d people were there.", count) % {
        "num": count
    }


def _move(request: HttpRequest, actor: Actor, row: TrainingSession) -> str:
    with writing(actor) as w:
        cohort_actions.plan_session(w, row.cohort, row=row, **_session_values(request, actor, row.cohort))
    return _("Moved; everybody is told.")


def _call_off(request: HttpRequest, actor: Actor, row: TrainingSession) -> str:
    back = row.cancelled_at is not None
    with writing(actor) as w:
        cohort_actions.call_off(w, row, back=back)
    return _("It takes place, after all; everybody is told.") if back else _("Called off; everybody is told.")


_ON_SESSION: dict[str, Callable[[HttpRequest, Actor, TrainingSession], str]] = {
    "attend": _attend, "move": _move, "off": _call_off,
}  # fmt: skip


def _session_values(request: HttpRequest, actor: Actor, cohort: Cohort) -> dict[str, Any]:
    """What was typed of a session; its time is the cohort's own, wherever the trainer sits."""
    given = request.POST
    trainer = _uuid(given.get("trainer", ""), "trainer")
    if trainer not in cohort_queries.could_teach(actor, cohort):
        raise BadInput("unknown_person", "Choose who teaches.", where="trainer")
    minutes = given.get("minutes", "")
    return {
        "trainer_id": trainer, "minutes": int(minutes) if minutes.isdecimal() and len(minutes) < 5 else 0,
        "place": given.get("place", ""),
        "starts_at": clocks.moment(given.get("day", ""), given.get("hour", ""), ZoneInfo(cohort.time_zone)),
    }  # fmt: skip


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _uuid(text: str, where: str) -> UUID:
    if not _is_uuid(text):
        raise BadInput("unknown_person", "Choose somebody.", where=where)
    return UUID(text)
