"""Set-up: schedules and escalation policies as forms, the matrix as rows; and everybody's own contacts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, ical, pagers, queries
from watchfloor.oncall.models import Contact, EscalationPolicy, Schedule
from watchfloor.oncall.pages import parts, swapping
from watchfloor.platform import datefields
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

MANAGE = "oncall.manage"


@require_safe
@guard.page(MANAGE)
def index(request: HttpRequest) -> HttpResponse:
    """``/oncall/setup``"""
    context = {
        "tabs": parts.tabs("oncall-setup", actor_of(request)), "schedules": list(queries.live_schedules()),
        "policies": list(EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name")),
        "targets": dict(_targets()), "matrix": queries.matrix_lines(),
    }  # fmt: skip
    return render(request, "oncall/setup.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGE)
def schedule(request: HttpRequest) -> HttpResponse:
    """``/oncall/setup/schedule``: ``?key=`` changes one, without it one is made. One empty layer stands below the others."""
    errors = Errors()
    row = queries.live_schedules().filter(key=request.GET.get("key", "")).first()
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor_of(request)) as w:
            made = actions.save_schedule(
                w, key=row.key if row else post.get("key", "").strip(), name=post.get("name", ""), zone=post.get("zone", "").strip(),
                layers=_layers(post), rules=_rules(post),
            )  # fmt: skip
            now = clock.now()
            broken = len(queries.breaches(made, now, now + queries.AHEAD)) if any(made.rules.values()) else 0
            key = made.key
            swapping.warn(request, broken)
            if not broken:
                messages.success(request, _("Saved."))
        if not errors:
            return redirect("oncall-schedule", key)
    layers = _typed_layers(request.POST) if errors else [_shown(layer) for layer in (row.layers if row else [])]
    context = {
        "row": row, "errors": errors, "typed": request.POST, "people": parts.people(), "layers": [*layers, _shown({})][:12],
        "days": _days(),
        "units": [("month", _("months")), ("week", _("weeks")), ("day", _("days")), ("hour", _("hours"))], "today": clock.now().date(),
        "rules": _shown_rules(row, request.POST if errors else None),
    }  # fmt: skip
    return render(request, "oncall/schedule_form.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGE)
def policy(request: HttpRequest) -> HttpResponse:
    """``/oncall/setup/policy``: ``?key=`` changes one, without it one is made."""
    errors = Errors()
    row = EscalationPolicy.objects.filter(key=request.GET.get("key", ""), archived_at__isnull=True).first()
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor_of(request)) as w:
            actions.save_policy(
                w, key=row.key if row else post.get("key", "").strip(), name=post.get("name", ""), steps=_steps(post),
                repeat=_number(post.get("repeat", "0"), "repeat"),
            )  # fmt: skip
        if not errors:
            messages.success(request, _("Saved."))
            return redirect("oncall-setup")
    steps = _typed_steps(request.POST) if errors else list(row.steps if row else [])
    context = {
        "row": row, "errors": errors, "typed": request.POST, "targets": _targets(), "steps": [*steps, {"targets": [], "wait": 5}][:12],
    }  # fmt: skip
    return render(request, "oncall/policy_form.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGE)
def matrix(request: HttpRequest) -> HttpResponse:
    """``/oncall/setup/matrix``: what pages by which escalation policy; a line without one is dropped."""
    errors, lines = Errors(), queries.matrix_lines()
    if request.method == "POST":
        lines = _lines(request.POST)
        with mending(errors), writing(actor_of(request)) as w:
            actions.save_matrix(w, lines)
        if not errors:
            messages.success(request, _("Saved. It holds for what is raised from now on."))
            return redirect("oncall-setup")
    rows = EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name").values_list("key", "name")
    blank = {"policy": "", "market": "", "min_severity": 4, "escalation_policy": ""}
    context = {
        "errors": errors, "lines": [*lines, blank, blank], "escalations": list(rows),
        "policies": [(each.key, each.name) for each in policies.all_policies()],
    }  # fmt: skip
    return render(request, "oncall/matrix.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page()
def contacts(request: HttpRequest) -> HttpResponse:
    """``/oncall/contacts``: how one is reached. Without any: by e-mail to the address one signs in with."""
    me, errors, secret = user_of(request).pk, Errors(), ""
    mine = Contact.objects.filter(user_id=me, removed_at__isnull=True).order_by("pk")
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor_of(request)) as w:
            if post.get("step") == "remove":
                if not mine.filter(pk=_uuid(post.get("id", ""))).exists():
                    raise NotFound("unknown_contact", "There is no such contact.")
                actions.remove_contact(w, _uuid(post.get("id", "")))
            else:
                made = actions.add_contact(
                    w,
                    user_id=me,
                    pager=post.get("pager", ""),
                    name=post.get("name", ""),
                    address=post.get("address", ""),
                )
                secret = made.secret
        if not errors and not secret:
            messages.success(request, _("Saved."))
            return redirect("oncall-contacts")
    context = {
        "tabs": parts.tabs("oncall-contacts", actor_of(request)), "rows": list(mine), "errors": errors, "typed": request.POST,
        "pagers": [(key, _(one.name)) for key, one in pagers.known().items()], "secret": secret, "mail": user_of(request).email,
        "feed": reverse("oncall-feed", args=[ical.token(None, user_of(request))]),
    }  # fmt: skip
    return render(request, "oncall/contacts.html", context, status=422 if errors else 200)


def _targets() -> list[tuple[str, str]]:
    """Whom a step can page, in words."""
    house = Contact.objects.filter(user_id__isnull=True, removed_at__isnull=True).order_by("pk")
    return [
        *((f"schedule:{row.key}", _("on call: %(name)s") % {"name": row.name}) for row in queries.live_schedules()),
        *((f"user:{pk}", name) for pk, name in parts.people()),
        *((f"contact:{row.pk}", row.name) for row in house),
    ]


def _days() -> list[str]:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


def _shown(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer as the form shows it."""
    window = (layer.get("windows") or [{}])[0]
    return {
        "name": layer.get("name", ""), "people": [str(each) for each in layer.get("people", [])],
        "begins": str(layer.get("begins", ""))[:16], "unit": layer.get("unit", "week"), "every": layer.get("every", 1),
        "days": list(window.get("days", [])), "start": window.get("start", ""), "end": window.get("end", ""),
    }  # fmt: skip


def _typed_layers(post: QueryDict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(12):
        if f"name-{number}" not in post:
            break
        found.append({
            "name": post.get(f"name-{number}", "").strip(), "people": post.getlist(f"people-{number}"),
            "begins": post.get(f"begins-{number}", ""),
            "unit": post.get(f"unit-{number}", ""), "every": post.get(f"every-{number}", "1"),
            "days": [int(day) for day in post.getlist(f"days-{number}") if day in "0123456" and day],
            "start": post.get(f"start-{number}", ""), "end": post.get(f"end-{number}", ""),
        })  # fmt: skip
    return [each for each in found if each["name"] or each["people"]]


def _layers(post: QueryDict) -> list[dict[str, Any]]:
    """The form's layers as the action takes them; one window each."""
    found = []
    for number, each in enumerate(_typed_layers(post)):
        if not each["begins"]:
            raise BadInput("bad_begin", _("Say when the first turn begins."), where=f"begins-{number}")
        begins = datefields.moment(each["begins"], f"begins-{number}").replace(tzinfo=None)
        windows = []
        if each["days"] or each["start"] or each["end"]:
            windows = [
                {
                    "days": each["days"] or list(range(7)),
                    "start": each["start"] or "00:00",
                    "end": each["end"] or "00:00",
                }
            ]
        found.append({
            "name": each["name"], "people": each["people"], "begins": begins.isoformat(), "unit": each["unit"],
            "every": _number(each["every"], f"every-{number}"), "windows": windows,
        })  # fmt: skip
    return found


def _rules(post: QueryDict) -> dict[str, float]:
    """Rules of rest and fairness; an empty field asks for nothing. The spread is typed in per cent."""
    found = {name: _decimal(post.get(name, ""), name) for name in ("rest", "row", "four_weeks")}
    return {**found, "spread": _decimal(post.get("spread", ""), "spread") / 100}


def _shown_rules(row: Schedule | None, post: QueryDict | None) -> dict[str, str]:
    names = ("rest", "row", "four_weeks", "spread")
    if post is not None:
        return {name: post.get(name, "") for name in names}
    kept = {**(row.rules if row else {})}
    kept["spread"] = kept.get("spread", 0) * 100
    return {name: f"{kept.get(name, 0):g}" if kept.get(name) else "" for name in names}


def _typed_steps(post: QueryDict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(12):
        if f"wait-{number}" not in post:
            break
        found.append({"targets": post.getlist(f"targets-{number}"), "wait": post.get(f"wait-{number}", "")})
    return [each for each in found if each["targets"]]


def _steps(post: QueryDict) -> list[dict[str, Any]]:
    return [{**each, "wait": _number(each["wait"], f"wait-{number}")} for number, each in enumerate(_typed_steps(post))]


def _lines(post: QueryDict) -> list[dict[str, Any]]:
    found = []
    for number in range(202):
        if f"escalation_policy-{number}" not in post:
            break
        if post[f"escalation_policy-{number}"]:
            found.append({
                "escalation_policy": post[f"escalation_policy-{number}"], "policy": post.get(f"policy-{number}", ""),
                "market": post.get(f"market-{number}", "").strip(), "min_severity": _number(post.get(f"severity-{number}", ""), "lines"),
            })  # fmt: skip
    return found


def _number(text: str, where: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 5:
        raise BadInput("no_number", _("This is a whole number."), where=where)
    return int(text)


def _decimal(text: str, where: str) -> float:
    try:
        found = float(text.strip().replace(",", ".") or 0)
    except ValueError:
        found = -1
    if not 0 <= found < 10_000:
        raise BadInput("no_number", _("This is a number, or nothing."), where=where)
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("unknown_contact", "There is no such contact.") from None
