"""``/restrictions/new`` and ``/restrictions/<key>/edit``: say what is restricted, see what it would have hit, put it on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.reputation import actions, queries
from watchfloor.detection.reputation.cards import bands
from watchfloor.detection.reputation.models import Restriction
from watchfloor.detection.reputation.pages import forms, words
from watchfloor.identity.guard import page
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

EXAMPLES = {
    "ip": "203.0.113.0/24", "asn": "AS64500", "email": "promo*@example.org", "disposable": "disposable_domains",
    "ja4": "t13d1516h2_8daaf6152771_b186095e22b6", "device": "d-4711", "band": "low", "age": "7d",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.EDITS)
def new(request: HttpRequest) -> HttpResponse:
    """A new one."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.EDITS)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A new version of one."""
    return _form(request, actions.by_key(key))


def _form(request: HttpRequest, row: Restriction | None) -> HttpResponse:
    errors = Errors()
    found = None
    if request.method == "POST":
        with mending(errors):
            wanted = forms.read(request.POST)
            found = actions.reach_of(wanted)
            if request.POST.get("do") == "save":
                with writing(actor_of(request), reason=wanted.reason) as w:
                    saved = actions.save(w, wanted, row=row, found=found)
                if saved.state == Restriction.State.WAITING:
                    messages.info(request, _("It is wide, so a second person must agree before it holds anybody."))
                else:
                    messages.success(request, _("The restriction is in force."))
                return redirect("restriction", key=saved.key)
    typed: dict[str, Any] = (
        forms.as_typed(row) if row is not None else {"effect": "challenge", "unit": "m", "per": "account"}
    )
    if request.method == "POST":
        typed = {**request.POST.dict(), "actions": request.POST.getlist("actions")}
    context = {
        "row": row, "typed": typed, "errors": errors, "reach": found[0] if found else None,
        "wide": words.wide_words().get(found[1], "") if found else "", "tabs": words.tabs("restrictions", actor_of(request)),
        "subjects": list(words.subject_words().items()), "actions": words.action_words(),
        "effects": [(key, label, help_) for (key, label), help_ in zip(words.effect_words().items(), _helps(), strict=True)],
        "policies": [(each.key, each.name) for each in policies.all_policies() if not each.clearance],
        "units": [("s", _("seconds")), ("m", _("minutes")), ("h", _("hours")), ("d", _("days"))],
        "pers": [("account", _("Each account by itself")), ("subject", _("All of them together"))],
        "examples": [(label, EXAMPLES[key]) for key, label in words.subject_words().items()], "bands": bands(),
    }  # fmt: skip
    return render(request, "detection/reputation/edit.html", context, status=422 if errors else 200)


def _helps() -> tuple[str, ...]:
    return (
        _("Nothing else restricts it."),
        _("So many in a time, and no more."),
        _("The platform asks for a proof, such as a code."),
        _("It is published when a person agreed."),
        _("It is not done at all."),
    )
