"""One model: what it may do and why, what another threshold would have done, drift, what it goes by, versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.detection.modelling import measuring, plans, queries
from watchfloor.detection.modelling.models import Pause
from watchfloor.detection.modelling.pages import words
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Event
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies


@require_safe
@guard.page("rule.view")
def model(request: HttpRequest, policy: str) -> HttpResponse:
    """Everything about one; ``language`` chooses whose thresholds are shown."""
    return shown(request, policy)


def shown(
    request: HttpRequest,
    policy: str,
    *,
    errors: list[tuple[str, str]] | None = None,
    typed: Any = None,
    opened: str = "",
) -> HttpResponse:
    """The page, with what was typed if a step was refused."""
    row = policies.policy(policy)
    try:
        it: queries.Standing | None = queries.standing(policy)
    except NotFound:
        it = None  # nothing learned and nothing planned: the page says how to begin
    scope = request.GET.get("language", "")
    if it is None or scope not in it.scopes:
        scope = ""
    scores, labels = queries.drifts(policy)
    for_it, against = queries.weighs(policy)
    lifted = Pause.objects.filter(policy_key=policy, lifted_at__isnull=False).order_by("-at").first()
    subject = f"text_model:{policy}"
    context = {
        "policy": row, "it": it, "scope": scope, "errors": errors or [], "typed": typed or {}, "opened": opened,
        "states": words.states(),
        "scopes": [
            {"key": key, "name": key or _("All other languages") if len(it.scopes) > 1 else _("All languages"), "it": each,
             "why": words.silence(each), "plan": plans.plans().get((policy, key))}
            for key, each in it.scopes.items()
        ] if it else [],
        "thresholds": queries.thresholds(policy, scope) if it else [],
        "spoken": measuring.by_language(policy),
        "scores": scores, "labels": labels, "drifted": words.drifted(it.pause) if it and it.pause else "",
        "lifted": lifted, "for_it": for_it, "against": against, "versions": queries.versions(policy),
        "switched": Event.objects.filter(type="model.switched", subject=subject).order_by("-ordinal").first(),
        "may_enable": actor_of(request).has("rule.enable"),
    }  # fmt: skip
    return render(request, "detection/modelling/one.html", context, status=422 if errors else 200)
