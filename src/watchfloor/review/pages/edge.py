"""The register of edge cases: questions that wait for policy, rulings that stand as precedents, found by their words."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, queries
from watchfloor.review.actions.edge import PERMISSION
from watchfloor.review.pages import many_words, tables

STATES = ("open", "ruled", "withdrawn")
VIEW = ("case.view", PERMISSION)


@require_http_methods(["GET", "HEAD"])
@guard.page(*VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """``/edge-cases``: filters ``q``, ``state``, ``policy``."""
    return _page(request, [], {})


@require_POST
@guard.page(PERMISSION)
def rule(request: HttpRequest, edge_id: UUID) -> HttpResponse:
    """Answer one question."""
    typed = {name: request.POST.get(name, "").strip() for name in ("ruling", "finding", "clause")}
    verdict, _sep, violation = typed["finding"].partition(":")
    try:
        actions.rule(
            actor_of(request), edge_id, ruling=typed["ruling"], verdict=verdict, violation_key=violation,
            clause=typed["clause"],
        )  # fmt: skip
    except (BadInput, Conflict, Forbidden) as error:
        return _page(request, [(f"ruling-{edge_id}", error.message)], {edge_id: typed})
    messages.success(request, _("Ruled. It stands as a precedent from now on."))
    return redirect(f"{reverse('edge-cases')}?state=open")


def _page(request: HttpRequest, errors: list[tuple[str, str]], typed: dict[UUID, dict[str, str]]) -> HttpResponse:
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "state", "policy")}
    state = wanted["state"] if wanted["state"] in STATES else ""
    rows = queries.edge_cases(actor, text=wanted["q"], state=state, policy_key=wanted["policy"])
    found = queries.page(rows, ("-asked_at", "-id"), after=request.GET.get("after", ""), limit=30)
    findings = {
        policy.key: [("", _("No general finding")), ("clean:", _("Clean"))]
        + [(f"violating:{row.key}", row.name) for row in policies.violations(policy.key, "")]
        for policy in policies.all_policies()
    }
    context = {
        "rows": found.rows,
        "tabs": many_words.tabs(actor, "edge-cases"),
        "errors": errors,
        "of": dict(errors),
        "typed": typed,
        "query": request.GET,
        "findings": findings,
        "clauses": {key: _clauses(key) for key in {row.policy_key for row in found.rows if row.state == "open"}},
        "may_rule": actor.has(PERMISSION),
        "filters": [
            {"name": "q", "label": _("Words in question or ruling"), "chip": _("Search"), "type": "search"},
            {
                "name": "state",
                "label": _("Any state"),
                "chip": _("State"),
                "options": [("open", _("Open")), ("ruled", _("Ruled")), ("withdrawn", _("Withdrawn"))],
            },
            {
                "name": "policy",
                "label": _("Any policy"),
                "chip": _("Policy"),
                "options": [(row.key, row.name) for row in policies.all_policies()],
            },
        ],
        "next_page": tables.next_link(request.GET, found.next),
    }
    return render(request, "review/edge_cases.html", context, status=422 if errors else 200)


def _clauses(policy_key: str) -> list[tuple[str, str]]:
    """The clauses of the text in force, by number and first words."""
    version = policies.version_in_force(policy_key)
    return [(each.key, f"{each.number} {each.text[:60]}") for each in (version.clauses if version else ())]
