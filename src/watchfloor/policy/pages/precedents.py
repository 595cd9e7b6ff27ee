"""Questions that cases raised under a policy and the rulings on them, by clause; searchable."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import actions, precedents, texts
from watchfloor.policy.pages import parts


@require_http_methods(parts.METHODS)
@guard.page("policy.view")
def policy_precedents(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?q=``, ``?state=open|ruled``, ``?clause=``, ``?format=csv``; a POST puts one to a clause."""
    policy = parts.policy_of(key)
    actor = actor_of(request)
    if request.method == "POST":
        parts.must(actor, "policy.edit")
        known = {str(each.id) for each in precedents.of_policy(actor, key)}
        wanted = request.POST.get("ruling", "")
        if wanted not in known:
            raise NotFound("unknown_edge_case", "There is no such question.")
        try:
            with writing(actor) as w:
                actions.place_ruling(w, UUID(wanted), key, request.POST.get("clause", ""))
            messages.success(request, _("It stands at its clause from now on."))
        except BadInput as refused:
            messages.error(request, parts.sentence(refused))
        return redirect("policy-precedents", key)
    version = parts.text_to_translate(key)
    clauses = (
        [(clause.key, f"{clause.number} {clause.text[:60]}") for clause in texts.clauses_of(version)] if version else []
    )
    state, clause = request.GET.get("state", ""), request.GET.get("clause", "")
    rows = [
        each for each in precedents.of_policy(actor, key, request.GET.get("q", ""))
        if state in ("", each.state) and (not clause or each.clause == (clause if clause != "none" else ""))
    ]  # fmt: skip
    if request.GET.get("format") == "csv":
        head = ["state", "clause", "question", "ruling", "verdict", "violation", "at"]
        lines = [(r.state, r.clause, r.question, r.ruling, r.verdict, r.violation_key, r.at) for r in rows]
        return csv_response(f"rulings-{key}", head, lines)
    context = {
        "policy": policy, "rows": rows, "query": request.GET, "clauses": clauses, "clause_of": dict(clauses),
        "may_edit": actor.has("policy.edit"), "tabs": parts.tabs(actor, key, "precedents"),
        "filters": [
            {"name": "q", "label": _("Words in question or ruling"), "chip": _("Search"), "type": "search"},
            {"name": "state", "label": _("Any state"), "chip": _("State"),
             "options": [("open", _("Open")), ("ruled", _("Ruled"))]},
            {"name": "clause", "label": _("Any clause"), "chip": _("Clause"),
             "options": [("none", _("Put to no clause")), *clauses]},
        ],
    }  # fmt: skip
    return render(request, "policy/precedents.html", context)
