"""Ready texts: one's own and the shared ones, written and put away on one page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, plan
from watchfloor.review.actions.people import person_id
from watchfloor.review.domain.macros import PLACEHOLDERS
from watchfloor.review.models_bench import Macro
from watchfloor.review.pages.in_hand import WORK
from watchfloor.review.queries import names

FIELDS = ("name", "text", "policy_key", "queue_key")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*WORK, "macro.share")
def macros(request: HttpRequest) -> HttpResponse:
    """``/review/macros``; ``?edit=ID`` opens one; POST saves or puts away."""
    actor = actor_of(request)
    shown = request.POST.get("id") or request.GET.get("edit", "")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            return _save(request, actor, shown)
        except (BadInput, Conflict, Forbidden) as error:
            errors = [(error.where or "name", f"{error.message} {error.hint}".strip())]
    edited = _one(actor, shown)
    typed = request.POST if errors else None
    values = {name: typed.get(name, "") if typed is not None else getattr(edited, name, "") for name in FIELDS}
    return render(
        request,
        "review/macros.html",
        {
            "rows": _mine(actor),
            "edited": edited,
            "values": values,
            "shared": "shared" in typed if typed is not None else bool(edited and edited.owner is None),
            "errors": errors,
            "error_of": dict(errors),
            "may_share": actor.has("macro.share"),
            "placeholders": PLACEHOLDERS,
            "policies": [("", _("Any policy")), *((each.key, each.name) for each in policies.all_policies())],
            "queues": [("", _("Any queue")), *((each.key, names.queue(each.key)) for each in plan.live_queues())],
        },
        status=422 if errors else 200,
    )


def _save(request: HttpRequest, actor: Actor, shown: str) -> HttpResponse:
    pk = _id(shown)
    if request.POST.get("step") == "archive" and pk is not None:
        actions.archive_macro(actor, pk)
        messages.success(request, _("Put away. What was written with it stays."))
        return redirect("review-macros")
    values = {name: request.POST.get(name, "") for name in FIELDS}
    actions.save_macro(actor, pk, shared="shared" in request.POST, **values)
    messages.success(request, _("Saved."))
    return redirect("review-macros")


def _mine(actor: Actor) -> list[Macro]:
    rows = Macro.objects.filter(Q(owner=None) | Q(owner=person_id(actor)), archived_at=None)
    return sorted(rows, key=lambda row: (row.owner is None, row.name.casefold()))


def _one(actor: Actor, shown: str) -> Macro | None:
    if not shown:
        return None
    found = next((row for row in _mine(actor) if row.pk == _id(shown)), None)
    if found is None:
        raise NotFound("unknown_macro", "There is no such ready text.")
    return found


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise NotFound("unknown_macro", "There is no such ready text.") from None
