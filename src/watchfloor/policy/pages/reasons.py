"""What reporters may say: the list of reasons, and one of them with the policy it leads to and what others call it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import actions, domain, queries
from watchfloor.policy.models import Reason
from watchfloor.policy.pages import parts

HEAD = ("reason", "name", "policy", "atproto", "dsa_category", "position", "archived")
_PLACES = {"reason": "key", "policy": "policy_key"}  # what the action calls a field of this page
FIELDS = ("key", "name", "policy_key", "dsa_category", "position")


@require_safe
@guard.page("policy.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/reasons``: in the order reporters see them; ``?policy=&show=all``; ``?format=csv``."""
    wanted, policy = request.GET.get("show", ""), request.GET.get("policy", "")
    known = queries.all_reasons() if wanted == "all" else queries.offered_reasons()
    rows = [row for row in known if not policy or row.policy_key == policy]
    if request.GET.get("format") == "csv":
        lines = (
            (row.key, row.name, row.policy_key, " ".join(row.atproto), row.dsa_category, row.position, row.archived) for row in rows
        )  # fmt: skip
        return csv_response("reasons", HEAD, lines)
    policies = {row.key: row.name for row in queries.all_policies()}
    context = {
        "rows": rows, "policies": policies, "categories": categories(), "query": request.GET,
        "may_edit": actor_of(request).has("policy.approve"),
        "filters": [
            {"name": "policy", "label": _("Every policy"), "chip": _("Policy"), "options": list(policies.items())},
            {"name": "show", "label": _("Offered now"), "chip": _("Shown"), "options": [("all", _("Archived ones too"))]},
        ],
    }  # fmt: skip
    return render(request, "policy/reasons.html", context)


@require_http_methods(parts.METHODS)
@guard.page("policy.approve")
def edit(request: HttpRequest, key: str = "") -> HttpResponseBase:
    """``/reasons/new``, ``/reasons/<key>``: a change holds at once, so it is for those who may approve; ``archive``, ``restore``."""
    row = Reason.objects.filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound("unknown_reason", f"There is no reason {key[:60]!r}.")
    errors, typed, tokens = Errors(), _typed(row), list(row.atproto) if row else []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
        tokens = request.POST.getlist("atproto")
        with mending(errors):
            _save(request, row, typed, tokens)
            messages.success(request, _("Saved: it holds at once."))
            return redirect("reasons")
        errors = Errors({_PLACES.get(place, place.rpartition(".")[2]): text for place, text in errors.items()})
    groups = [(name, [token for token in domain.ATPROTO_TOKENS if token.startswith(name)]) for name in _NAMESPACES]
    context = {
        "reason": row, "typed": typed, "tokens": set(tokens), "errors": errors, "groups": groups,
        "policies": [(each.key, each.name) for each in queries.all_policies()],
        "categories": [("", _("None")), *categories().items()],
    }  # fmt: skip
    return render(request, "policy/reason.html", context, status=422 if errors else 200)


_NAMESPACES = ("com.atproto.moderation.defs", "tools.ozone.report.defs")


def categories() -> dict[str, str]:
    """The Commission's categories, as its database prints them."""
    return {
        name: name.removeprefix("STATEMENT_CATEGORY_").replace("_", " ").capitalize() for name in domain.DSA_CATEGORIES
    }


def _save(request: HttpRequest, row: Reason | None, typed: dict[str, str], tokens: list[str]) -> None:
    key = row.key if row else typed["key"]
    if row is None and Reason.objects.filter(key=key).exists():
        raise Conflict(
            "known_reason", f"There is a reason {key[:60]!r} already.", where="key", hint="Choose another key."
        )
    if not 0 < len(typed["name"]) <= 160:
        raise BadInput("no_name", "A reason has a name of 1 to 160 characters.", where="name")
    if not typed["position"].lstrip("-").isdecimal() or len(typed["position"]) > 6:
        raise BadInput("bad_number", "The place in the list is a whole number.", where="position")
    values: dict[str, Any] = {
        "name": typed["name"], "policy_key": typed["policy_key"], "dsa_category": typed["dsa_category"], "atproto": tokens,
        "position": int(typed["position"]),
    }  # fmt: skip
    if "archive" in request.POST:
        values["archived_at"] = clock.now()
    if "restore" in request.POST:
        values["archived_at"] = None
    with writing(actor_of(request)) as w:
        actions.save_reason(w, key=key, **values)


def _typed(row: Reason | None) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(FIELDS, "") | {"position": str(Reason.objects.count())}
    return {name: str(getattr(row, name)) for name in FIELDS}
