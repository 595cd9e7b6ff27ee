"""What comes from outside: alerts in the form of the Events API v2, answers to the check of the pager; and the forms that set both up."""

from __future__ import annotations

import uuid
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, NotFound, Overloaded
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import actions, checks, pagers, updates
from watchfloor.oncall.actions import outside
from watchfloor.oncall.domain import alerts
from watchfloor.oncall.models import Contact, EscalationPolicy, RoutingKey
from watchfloor.platform.render import render


@csrf_exempt
@guard.everyone("Who holds a routing key pages by its escalation policy, and reads nothing; the key is in the body.")
@require_POST
def enqueue(request: HttpRequest) -> HttpResponse:
    """``/v2/enqueue``: an event as clients of the Events API v2 send it; 202, or 400 with what is wrong."""
    if int(request.headers.get("Content-Length") or 0) > alerts.MOST_BYTES:
        return _json(413, {"status": "invalid event", "message": "The event is too big", "errors": ["at most 512 kB"]})
    alert = alerts.read(request.body, lambda: uuid.uuid4().hex)
    if isinstance(alert, list):
        return _invalid(alert)
    try:
        outside.take(alert)
    except BadInput as refused:
        return _invalid([refused.message])
    except Overloaded:
        return _json(429, {"status": "throttle exceeded", "message": "Try again later"})
    return _json(202, {"status": "success", "message": "Event processed", "dedup_key": alert.dedup_key})


@csrf_exempt
@guard.everyone("The address holds a signed token of one check of the pager, and does nothing but answer it.")
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """``/oncall/answer/<token>``: 204 whenever the token is one of ours."""
    if not checks.answer(token):
        raise NotFound("unknown_check", "There is no such check.")
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.manage")
def setup(request: HttpRequest) -> HttpResponse:
    """``/oncall/setup/outside``: keys for alerts from outside, and the check of the pager. ``step`` = key | remove |
    contact | contact-remove | check | audiences (where updates on incidents go)."""
    errors, key, secret = Errors(), "", ""
    if request.method == "POST":
        with mending(errors):
            key, secret = _step(request)
        if not errors and not key and not secret:
            messages.success(request, _("Saved."))
            return redirect("oncall-outside")
    policies = EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name")
    context = {
        "rows": list(RoutingKey.objects.filter(removed_at__isnull=True).order_by("pk")),
        "policies": [(row.key, row.name) for row in policies], "names": {row.key: row.name for row in policies}, "errors": errors,
        "secret": secret,
        "house": list(Contact.objects.filter(user_id__isnull=True, removed_at__isnull=True).order_by("pk")),
        "pagers": [(name, _(one.name)) for name, one in pagers.known().items()],
        "typed": request.POST, "key": key, "check": checks.current(),
        "audiences": [
            (key, label, "\n".join(updates.addresses(key)))
            for key, label in (("internal", _("Colleagues")), ("stakeholders", _("Stakeholders")))
        ], "door": request.build_absolute_uri("/v2/enqueue"),
    }  # fmt: skip
    return render(request, "oncall/outside.html", context, status=422 if errors else 200)


def _step(request: HttpRequest) -> tuple[str, str]:
    """Do what was asked; a new routing key or a new contact's secret is told, once."""
    post, key, secret = request.POST, "", ""
    with writing(actor_of(request)) as w:
        if post.get("step") == "remove":
            try:
                actions.remove_routing_key(w, UUID(post.get("id", "")))
            except ValueError:
                raise NotFound("unknown_key", "There is no such key.") from None
        elif post.get("step", "").startswith("contact"):
            secret = _contact(w, post)
        elif post.get("step") == "audiences":
            for audience in ("internal", "stakeholders"):
                updates.save_audience(w, audience, post.get(f"addresses-{audience}", ""))
        elif post.get("step") == "check":
            checks.save(
                w, escalation_policy=post.get("check_policy", "")[:60],
                every_minutes=_minutes(post.get("every_minutes", ""), "every_minutes"),
                answer_minutes=_minutes(post.get("answer_minutes", ""), "answer_minutes"),
            )  # fmt: skip
        else:
            _row, key = actions.add_routing_key(
                w, name=post.get("name", ""), escalation_policy=post.get("escalation_policy", "")[:60]
            )
    return key, secret


def _contact(w: Writer, post: QueryDict) -> str:
    if post.get("step") == "contact-remove":
        house = Contact.objects.filter(user_id__isnull=True, removed_at__isnull=True)
        row = next((each for each in house if str(each.pk) == post.get("id")), None)
        if row is None:
            raise NotFound("unknown_contact", "There is no such contact.")
        actions.remove_contact(w, row.pk)
        return ""
    made = actions.add_contact(
        w, user_id=None, pager=post.get("pager", ""), name=post.get("contact_name", ""), address=post.get("address", "")
    )
    return made.secret


def _minutes(text: str, where: str) -> int:
    text = text.strip() or "0"
    if not text.isdecimal() or len(text) > 5:
        raise BadInput("no_number", _("This is a whole number of minutes."), where=where)
    return int(text)


def _invalid(errors: list[str]) -> HttpResponse:
    return _json(400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors})


def _json(status: int, value: dict[str, object]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")
