"""Appeals: the list with what is late and what fell; one appeal beside the bench, with the reasons stated and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.enforcement import category_words, statement_queries
from watchfloor.enforcement import queries as enforcement
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, appeal_find, blind, queries
from watchfloor.review.actions import complainants, disputes
from watchfloor.review.actions.appeal_terms import PERMISSION
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Appeal, Decision, Dispute, Job
from watchfloor.review.pages import many_words, tables
from watchfloor.review.pages.in_hand import WORK

CSV_HEAD = (
    "appeal",
    "decision",
    "case",
    "by",
    "state",
    "policy",
    "market",
    "filed",
    "due",
    "decided",
    "in_time",
    "why",
)
TYPED = (
    "kind",
    "body",
    "case_number",
    "by",
    "opened_at",
    "outcome",
    "verdict",
    "decided_at",
    "cost",
    "currency",
    "note",
    "why",
)
STATES = {
    "filed": gettext_lazy("Received"), "queued": gettext_lazy("Waits"), "ineligible": gettext_lazy("Cannot be heard"),
    "upheld": gettext_lazy("Upheld"), "overturned": gettext_lazy("Overturned"), "modified": gettext_lazy("Changed"),
    "remedied": gettext_lazy("Overturned and undone"), "withdrawn": gettext_lazy("Withdrawn"),
}  # fmt: skip
TONES = {"queued": "accent", "upheld": "outline", "overturned": "red", "modified": "amber", "remedied": "red"}


@require_safe
@guard.page("case.view", *WORK)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/appeals``: see ``appeal_find.appeals`` for the filters; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "").strip() for name in appeal_find.FILTERS}
    errors: list[tuple[str, str]] = []
    try:
        rows = appeal_find.appeals(actor, wanted)
    except BadInput as error:
        errors, rows = [(error.where, f"{error.message} {error.hint}".strip())], Appeal.objects.none()
    if request.GET.get("format") == "csv" and not errors:
        plain = rows.filter(case__clearance="")  # restricted cases are in no export
        found = tables.read_all(lambda after: queries.page(plain, appeal_find.ORDER, after=after, limit=200))
        return csv_response("appeals", CSV_HEAD, (_csv_row(row) for row in found))
    shown = queries.page(rows, appeal_find.ORDER, after=request.GET.get("after", ""), limit=50)
    context = {
        "lines": [{"row": row, "url": address(row), "in_time": appeal_find.in_time(row)} for row in shown.rows],
        "figures": appeal_find.figures(rows), "errors": errors, "query": request.GET, "states": STATES, "tones": TONES,
        "filters": _filters(), "tabs": many_words.tabs(actor, "appeals"), "may_manage": actor.has(PERMISSION),
        "csv_url": tables.with_query(request.GET, format="csv"), "next_page": tables.next_link(request.GET, shown.next),
    }  # fmt: skip
    return render(request, "review/appeals.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("case.view", *WORK)
def detail(request: HttpRequest, appeal_id: str) -> HttpResponse:
    """``/appeals/<id>``: one appeal; POST takes one of ``STEPS``."""
    actor = actor_of(request)
    row = appeal_find.appeal(actor, ids.decode("apl", appeal_id))
    error: tuple[str, str] | None = None
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""))
        try:
            if step is None:
                raise BadInput("unknown_step", "That is no step of an appeal.", where="step")
            step(request, actor, row)
            return HttpResponseRedirect(address(row))
        except (BadInput, Conflict, Forbidden) as problem:
            error = (getattr(problem, "where", "") or "step", f"{problem.message} {problem.hint}".strip())
    return _show(request, actor, row, error)


def address(row: Appeal) -> str:
    """Where one appeal is."""
    return reverse("appeal", args=[ids.encode("apl", row.pk)])


def _show(request: HttpRequest, actor: Actor, row: Appeal, error: tuple[str, str] | None) -> HttpResponse:
    no_reasons = blind.hides_reasoning(actor, row.case)
    job = Job.objects.filter(appeal_id=row.pk).order_by("-ready_at").first()
    outcome = Decision.objects.filter(pk=row.outcome_decision_id).first() if row.outcome_decision_id else None
    hearer = outcome.decider if outcome else ""
    found = list(Dispute.objects.filter(decision=row.decision).order_by("-opened_at"))
    kinds = {kind.does: kind.name for kind in reversed(enforcement.kinds(enabled=False))}
    kinds["suspend"] = _("Suspended")
    context = {
        "appeal": row, "case": row.case, "states": STATES, "tones": TONES, "no_reasons": no_reasons,
        "versions": statement_queries.versions(row.decision_id), "name_of": lambda does: kinds.get(does, does.replace("_", " ")),
        "categories": category_words.category_words(),
        "may_reword": enforcement.visible_actions(actor, "enforcement.lift").filter(decision_id=row.decision_id).exists(),
        "in_time": appeal_find.in_time(row), "job": job, "outcome": outcome,
        "names": {} if no_reasons else names_of([hearer] if hearer else []), "hearer": hearer,
        "is_mine": hearer == str(actor), "disputes": found, "may_manage": actor.has(PERMISSION),
        "may_withdraw": actor.has("appeal.submit") and row.state == Appeal.State.QUEUED, "outcomes": _outcomes(),
        "bodies": list(dict.fromkeys(Dispute.objects.order_by("body").values_list("body", flat=True)[:50])),
        "findings": _findings(row), "error": error, "errors": [error] if error else [],
        "typed": {name: request.POST.get(name, "") for name in TYPED}, "violation": _violation(row.decision.violation_key),
    }  # fmt: skip
    return render(request, "review/appeal_one.html", context, status=422 if error else 200)


def _withdraw(request: HttpRequest, actor: Actor, row: Appeal) -> None:
    actions.withdraw(actor, row.pk)
    messages.success(request, _("Withdrawn. Nobody hears it any more."))


def _unfounded(request: HttpRequest, actor: Actor, row: Appeal) -> None:
    complainants.mark_unfounded(actor, row.pk, request.POST.get("plainly") == "yes")
    messages.success(request, _("Noted. It counts for this person's record of appeals."))


def _open_dispute(request: HttpRequest, actor: Actor, row: Appeal) -> None:
    disputes.open_dispute(
        actor, row.decision_id, kind=request.POST.get("kind", ""), body=request.POST.get("body", ""),
        case_number=request.POST.get("case_number", ""), by=row.by, opened_at=_day(request, "opened_at"),
    )  # fmt: skip
    messages.success(request, _("Recorded. The decision is before them."))


def _extend(request: HttpRequest, actor: Actor, row: Appeal) -> None:
    disputes.extend(actor, _dispute(request), request.POST.get("why", ""))
    messages.success(request, _("They take longer; the new time is noted."))


def _conclude(request: HttpRequest, actor: Actor, row: Appeal) -> None:
    verdict, _sep, violation = request.POST.get("verdict", "").partition(":")
    done = disputes.conclude(
        actor, _dispute(request), request.POST.get("outcome", ""),
        finding=DecisionIn(verdict=verdict, violation_key=violation) if verdict else None,
        decided_at=_day(request, "decided_at"), cost_cents=_cents(request), currency=request.POST.get("currency", ""),
        note=request.POST.get("note", ""),
    )  # fmt: skip
    messages.success(
        request, _("Carried out: everything the decision did is undone.") if done.carried_out_at else _("Recorded.")
    )


STEPS = {
    "withdraw": _withdraw, "unfounded": _unfounded, "dispute": _open_dispute, "extend": _extend, "conclude": _conclude,
}  # fmt: skip


def _dispute(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("dispute", ""))
    except ValueError:
        raise BadInput("unknown_dispute", "There is no such dispute.", where="dispute") from None


def _day(request: HttpRequest, name: str) -> datetime | None:
    found = datefields.day_or_none(request.POST.get(name, ""), name)
    if found is None:
        return None
    moment = timezone.make_aware(datetime(found.year, found.month, found.day))  # noqa: DTZ001 - made aware here
    now = clock.now()
    return now if timezone.localdate(now) == found else moment


def _cents(request: HttpRequest) -> int | None:
    text = request.POST.get("cost", "").strip().replace(",", ".")
    if not text:
        return None
    whole, _sep, part = text.partition(".")
    if not whole.isdecimal() or (part and (not part.isdecimal() or len(part) > 2)):
        raise BadInput("bad_cost", _("The cost is a number like 150 or 150.50."), where="cost")
    return int(whole) * 100 + int((part + "00")[:2])


def _findings(row: Appeal) -> list[tuple[str, str]]:
    kinds = policies.violations(row.case.policy_key, row.case.market)
    return [
        ("", _("As the outcome says")),
        ("clean:", _("Clean")),
        *((f"violating:{kind.key}", kind.name) for kind in kinds),
    ]


def _violation(key: str) -> str:
    if not key:
        return ""
    found = policies.violation(key)
    return f"{found.clause} {found.name}"


def _outcomes() -> list[tuple[str, str]]:
    return [
        ("upheld", _("The decision was upheld")), ("overturned", _("The decision was overturned")),
        ("modified", _("The decision was changed")), ("settled", _("It was settled")), ("withdrawn", _("It was withdrawn")),
    ]  # fmt: skip


def _filters() -> list[dict[str, Any]]:
    known = [(row.key, row.name) for row in policies.all_policies()]
    return [
        {"name": "q", "label": _("Appeal, case, item or person"), "chip": _("Search"), "type": "search"},
        {
            "name": "state", "label": _("Any state"), "chip": _("State"),
            "options": [("waiting", _("Waits")), ("late", _("Late")), ("fell", _("The decision fell")), ("upheld", _("Upheld")),
                        ("ineligible", _("Cannot be heard")), ("withdrawn", _("Withdrawn"))],
        },
        {"name": "by", "label": _("Either side"), "chip": _("Side"), "options": [("author", _("Author")), ("reporter", _("Reporter"))]},
        {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": known},
        {"name": "market", "label": _("Market"), "chip": _("Market"), "type": "search"},
        {"name": "outside", "label": _("Inside or outside"), "chip": _("Outside"), "options": [("yes", _("Before a body or court"))]},
    ]  # fmt: skip


def _csv_row(row: Appeal) -> tuple[Any, ...]:
    return (
        ids.encode("apl", row.pk), ids.encode("dec", row.decision_id), ids.encode("case", row.case_id), row.by, row.state,
        row.case.policy_key, row.case.market, row.filed_at, row.due_at, row.decided_at, appeal_find.in_time(row), row.why_code,
    )  # fmt: skip
