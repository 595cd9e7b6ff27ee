"""Try a case: which rule takes it, in the live table and in the draft, and what each rule before it lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.render import render
from watchfloor.review import find, plan, queries, routing_words
from watchfloor.review.actions.routing_versions import draft_table, live_table
from watchfloor.review.domain.routing import NO_RULE, explain
from watchfloor.review.facts import facts_of
from watchfloor.review.models import Case, Report, RoutingTable
from watchfloor.review.pages.routing_parts import queue_names, tabs

KINDS = ("review", "second", "appeal", "escalation", "cluster")


@require_safe
@guard.page("queue.manage", "floor.view", "case.view")
def try_case(request: HttpRequest) -> HttpResponse:
    """``/review/routing/try?case=&kind=``."""
    actor = actor_of(request)
    text, kind = request.GET.get("case", "").strip(), request.GET.get("kind", "review")
    errors: dict[str, str] = {}
    found: dict[str, Any] = {"case": None}
    if text:
        try:
            case = case_named(actor, text)
            found = tried(case, kind if kind in KINDS else "review")
        except (BadInput, NotFound) as error:
            errors["case"] = error.message
    kinds = [
        ("review", _("First review")),
        ("second", _("Second opinion")),
        ("appeal", _("Appeal")),
        ("escalation", _("Escalation")),
        ("cluster", _("A cluster as one job")),
    ]
    context = {"tabs": tabs("routing-try"), "case_text": text, "kind": kind, "kinds": kinds, "errors": errors, **found}
    return render(request, "review/routing_try.html", context, status=422 if errors else 200)


def case_named(actor: Actor, text: str) -> Case:
    """The case of a full or short id, if the actor may open it; ``NotFound`` otherwise."""
    try:
        return queries.case(actor, ids.decode("case", text), why="routing")
    except BadInput:
        row = (
            queries.visible_cases(actor).filter(find.by_words(actor, text)).first() if len(text) >= find.SHORT else None
        )
        if row is None:
            raise NotFound("unknown_case", "There is no such case.", where="case") from None
        return queries.case(actor, row.pk, why="routing")


def tried(case: Case, kind: str) -> dict[str, Any]:
    """The case's facts now, and how each table would route it."""
    last = Report.objects.filter(case=case).order_by("-received_at").values_list("reporter_kind", flat=True).first()
    facts = facts_of(case, kind=kind, reporter_kind=last or "")
    words = routing_words.fact_words()
    told = []
    for key, label in words.items():
        value = getattr(facts, key)
        told.append((label, ", ".join(value) if isinstance(value, tuple) else value))
    tables = [(_("Live"), live_table()), (_("Draft"), draft_table())]
    return {
        "case": case,
        "facts": told,
        "answers": [_answer(name, row, facts) for name, row in tables if row is not None],
    }


def _answer(name: str, row: RoutingTable, facts: Any) -> dict[str, Any]:
    queues, rules = queue_names(), list(row.rules)
    each = explain(rules, facts)
    first = next((one for one in each if not one.fails and not one.off), None)
    before = [one for one in each if first is None or one.place < first.place]
    return {
        "name": name, "number": row.number, "rule": first.name if first else NO_RULE, "place": first.place + 1 if first else 0,
        "queue": queues.get(first.queue, first.queue) if first else queues.get(plan.LAST_RESORT, plan.LAST_RESORT),
        "sentence": routing_words.sentence(rules[first.place], queues) if first else "",
        "before": [
            {"place": one.place + 1, "name": one.name, "why": _("It is off.") if one.off else routing_words.tried(one.fails)}
            for one in before
        ],
    }  # fmt: skip
