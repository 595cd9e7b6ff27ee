"""Models: what each has learned, how well it does on decisions it had not seen, and which version works."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.actions import set_model_live
from watchfloor.detection.models import TextModel
from watchfloor.detection.pages import parts
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden, WatchfloorError
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def model_list(request: HttpRequest) -> HttpResponse:
    """All models by policy; a POST puts a version to work or stops the model."""
    actor = actor_of(request)
    errors: list[tuple[str, str]] = []
    typed = {name: request.POST.get(name, "") for name in ("policy", "version", "why")}
    if request.method == "POST":
        if not actor.has("rule.enable"):
            raise Forbidden("no_permission", "Your roles do not include choosing models.")
        version = int(typed["version"]) if typed["version"].isdigit() else None
        try:
            with writing(actor) as w:
                set_model_live(w, typed["policy"], version, why=typed["why"])
        except WatchfloorError as error:
            errors.append((f"why-{typed['policy']}", f"{error.message} {error.hint}".strip()))
        else:
            done = _("Version %(version)s works now.") % {"version": version} if version else _("The model is stopped.")
            messages.success(request, done)
            return HttpResponseRedirect(reverse("models"))
    names = {row.key: row.name for row in policies.all_policies()}
    context = {
        "groups": _groups(names), "errors": errors, "typed": typed, "tabs": parts.tabs("models"),
        "may_enable": actor.has("rule.enable"),
    }  # fmt: skip
    return render(request, "detection/models.html", context, status=422 if errors else 200)


def _groups(names: dict[str, str]) -> list[dict[str, Any]]:
    found: dict[str, list[TextModel]] = {}
    for row in TextModel.objects.defer("blob").order_by("policy_key", "-version"):
        found.setdefault(row.policy_key, []).append(row)
    switched = {}
    for event in Event.objects.filter(
        type="model.switched", subject__in=[f"text_model:{key}" for key in found]
    ).order_by("ordinal"):
        switched[event.data["policy"]] = event
    return [
        {
            "policy": key,
            "name": names.get(key, key),
            "rows": rows,
            "live": next((row for row in rows if row.live), None),
            "newest": rows[0],
            "switched": switched.get(key),
        }
        for key, rows in found.items()
    ]
