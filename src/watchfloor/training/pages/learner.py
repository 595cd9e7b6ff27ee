"""For the person who learns: what I hold and what to do next, what became of my decisions, and the policy as an article."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.policy.models import PolicyVersion
from watchfloor.review.queries.feedback import SecondLook, own_second_looks
from watchfloor.training import cohort_queries, learning, path_queries
from watchfloor.training.domain import stamps
from watchfloor.training.pages import parts
from watchfloor.training.pages.paths import said

SPANS = {"7": 7, "30": 30, "90": 90}
CSV_HEAD = ("case", "policy", "decided", "mine", "violation", "looked at", "then", "violation then", "how", "agreed")


@require_safe
@guard.page(*parts.LEARN, *parts.SEE, *parts.WRITE)
def home(request: HttpRequest) -> HttpResponseBase:
    """What I hold, what ends, what to do next. Who does not learn is led to what they do here."""
    actor = actor_of(request)
    if not actor.has("training.learn"):
        return redirect("training-people" if actor.has("training.view") else "training-bank")
    reviewer = parts.me(request)
    paths = learning.paths(reviewer)
    past = learning.past_sittings(reviewer)
    names = {policy.key: policy.name for policy in policies.all_policies()}
    onboarding = path_queries.mine(reviewer)
    first = {steps[stands.at].policy for _row, steps, stands in onboarding if stands.at is not None}
    doable = [
        path
        for path in sorted(paths, key=lambda each: each.policy_key not in first)
        if path.step not in ("none", "wait")
    ]
    context = {
        "tabs": parts.tabs(actor, "mine"), "paths": paths, "past": past, "names": names, "cohorts": cohort_queries.mine(reviewer),
        "onboarding": [(row, list(zip(steps, map(said, steps), stands.done, stands.counts, strict=True)), stands)
                       for row, steps, stands in onboarding],
        "next": next(iter(doable), None),
    }  # fmt: skip
    return render(request, "training/home.html", context)


@require_safe
@guard.page(*parts.LEARN)
def feedback(request: HttpRequest) -> HttpResponseBase:
    """``?days=30&show=changed``: what became of my decisions; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    days = SPANS.get(request.GET.get("days", ""), 30)
    found = own_second_looks(actor, clock.now() - timedelta(days=days))
    show = request.GET.get("show", "")
    rows = [row for row in found if not show or (row.agreed is False if show == "changed" else row.agreed is True)]
    if request.GET.get("format") == "csv":
        return csv_response("feedback", CSV_HEAD, (_csv_row(row) for row in rows))
    judged = [row for row in found if row.agreed is not None]
    context = {
        "tabs": parts.tabs(actor, "feedback"), "rows": [_line(row) for row in rows], "query": request.GET, "days": days,
        "looked": len(found), "agreed": sum(row.agreed is True for row in judged), "judged": len(judged),
        "filters": _filters(),
    }  # fmt: skip
    return render(request, "training/feedback.html", context)


def _filters() -> list[dict[str, Any]]:
    spans = [("7", _("The last 7 days")), ("90", _("The last 90 days"))]
    found = [("changed", _("Found otherwise")), ("agreed", _("Found the same"))]
    return [
        {"name": "days", "label": _("The last 30 days"), "chip": _("Days"), "options": spans},
        {"name": "show", "label": _("All second looks"), "chip": _("Shown"), "options": found},
    ]


def _line(row: SecondLook) -> dict[str, Any]:
    names = parts.topics(row.policy_key)
    learns = row.agreed is False or row.agreed is None
    return {"look": row, "mine": names.get(row.violation_key, ""), "then": names.get(row.then_violation_key, ""),
            "learn": row.policy_key if learns else ""}  # fmt: skip


def _csv_row(row: SecondLook) -> list[Any]:
    agreed = "" if row.agreed is None else "yes" if row.agreed else "no"
    return [row.case_id, row.policy_key, row.at, row.verdict, row.violation_key, row.then_at, row.then_verdict,
            row.then_violation_key, row.how, agreed]  # fmt: skip


@require_safe
@guard.page("policy.view")
def article(request: HttpRequest, key: str) -> HttpResponseBase:
    """The policy in force as people learn it: each clause with what it leads to and examples. Its words are the version's own."""
    policy = parts.policy_of(key)
    version = policies.version_in_force(key)
    kinds = [kind for kind in policies.all_violations(key) if not kind.archived]
    clauses = []
    for paragraph in version.text.split("\n\n") if version else ():
        number, _sep, words = paragraph.strip().partition(" ")
        own = [kind for kind in kinds if kind.clause.split(" ")[0] == number]
        cases = [case for kind in own for case in learning.examples(key, kind.key)]
        clauses.append(
            {
                "number": number,
                "words": words,
                "kinds": own,
                "cases": [parts.shown(case) | {"why": case.why} for case in cases],
            }
        )
    before = PolicyVersion.objects.filter(policy_key=key, state="superseded").order_by("-number").first()
    changed = _changed(version.text, before.text) if version and before else []
    context = {
        "policy": policy, "version": version, "clauses": clauses, "changed": changed, "before": before,
        "clean": [parts.shown(case) | {"why": case.why} for case in learning.examples(key, "clean")],
        "names": parts.topics(key), "tabs": parts.tabs(actor_of(request), ""),
        "taught": key in learning.taught() and actor_of(request).has("training.learn"),
    }  # fmt: skip
    return render(request, "training/article.html", context)


def _changed(text: str, earlier: str) -> list[str]:
    """Numbers of the clauses that are not what they were."""
    numbers = [paragraph.strip().partition(" ")[0] for paragraph in text.split("\n\n")]
    return [number for number in numbers if stamps.clause_text(text, number) != stamps.clause_text(earlier, number)]
