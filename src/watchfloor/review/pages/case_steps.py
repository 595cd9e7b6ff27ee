"""Steps on one case that touch others: join, split, take back, tag, ask policy; and the page of its reports, however many."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, find, queries
from watchfloor.review.actions.reporters import who_is
from watchfloor.review.models import Case
from watchfloor.review.pages import cases, tables
from watchfloor.review.pages.in_hand import WORK
from watchfloor.review.queries.mass import mass, reports


@require_safe
@guard.page("case.view", *WORK)
def related(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/cases/<case>/related``: what its item has in common with others, for a panel that asks when it is opened."""
    actor = actor_of(request)
    case = queries.case(actor, ids.decode("case", case_id), why="related")
    return render(
        request,
        "review/related_part.html",
        {"related": queries.related(actor, case), "seen": queries.seen_before(actor, case)},
    )


@require_POST
@guard.page("case.view", *WORK)
def step(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/cases/<case>/step``: join, unjoin, tag, untag, ask. Mistakes are told on the case's page."""
    actor = actor_of(request)
    case = queries.case(actor, ids.decode("case", case_id), why="case step")
    verb = STEPS.get(request.POST.get("step", ""))
    if verb is None:
        raise BadInput("unknown_step", "There is no such step.", where="step")
    try:
        verb(request, actor, case)
    except (BadInput, Conflict, Forbidden, NotFound) as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
    return redirect(cases.address(case.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("case.view", *WORK)
def mass_reports(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/cases/<case>/reports``: counts, then the latest, page by page; POST takes the chosen ones out into a case of their own."""
    actor = actor_of(request)
    case = queries.case(actor, ids.decode("case", case_id), why="reports")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            made = actions.split(
                actor, case.pk, _uuids(request.POST.getlist("report")), request.POST.get("why", ""),
                policy_key=request.POST.get("policy", ""),
            )  # fmt: skip
            messages.success(request, ngettext("%(count)s report was taken out.", "%(count)s reports were taken out.",
                                               made.reports) % {"count": f"{made.reports:,}"})  # fmt: skip
            return redirect(cases.address(made.target_id))
        except (BadInput, Conflict, Forbidden, NotFound) as error:
            errors.append((error.where or "why", f"{error.message} {error.hint}".strip()))
    wanted = {name: request.GET.get(name, "") for name in ("reason", "market", "outcome")}
    found = reports(
        case,
        reason=wanted["reason"],
        market=wanted["market"],
        outcome=wanted["outcome"],
        after=request.GET.get("after", ""),
    )
    counts = mass(case)
    may_view = actor.has("reporter.view")
    context = {
        "case": case,
        "mass": counts,
        "query": request.GET,
        "errors": errors,
        "of": dict(errors),
        "why": request.POST.get("why", ""),
        "chosen": request.POST.getlist("report"),
        "rows": [
            {"row": row, "who": who_is(row.reporter_kind, row.reporter) if may_view and row.reporter else ""}
            for row in found.rows
        ],
        "policies": [
            (row.key, row.name) for row in policies.all_policies() if not row.clearance or row.key == case.policy_key
        ],
        "may_split": actor.may("case.arrange", market=case.market, severity=case.severity, clearance=case.clearance)
        and case.state != "closed",
        "next_page": tables.next_link(request.GET, found.next),
        "filters": [
            {
                "name": "reason",
                "label": _("Any reason"),
                "chip": _("Reason"),
                "options": [(key, f"{key} ({count:,})") for key, count in counts.reasons],
            },
            {
                "name": "market",
                "label": _("Any market"),
                "chip": _("Market"),
                "options": [(key, f"{key or '–'} ({count:,})") for key, count in counts.markets if key],
            },
            {
                "name": "outcome",
                "label": _("Any outcome"),
                "chip": _("Outcome"),
                "options": [
                    ("open", _("Open")),
                    ("upheld", _("Upheld")),
                    ("rejected", _("Rejected")),
                    ("muted", _("Muted")),
                ],
            },
        ],
    }
    return render(request, "review/case_reports.html", context, status=422 if errors else 200)


def _join(request: HttpRequest, actor: Actor, case: Case) -> None:
    made = actions.join(actor, case.pk, _one(actor, request.POST.get("into", "")), request.POST.get("why", ""))
    messages.success(request, ngettext("Joined: %(count)s report moved.", "Joined: %(count)s reports moved.", made.reports)
                     % {"count": f"{made.reports:,}"})  # fmt: skip


def _unjoin(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.undo_joining(actor, _uuids([request.POST.get("joining", "")])[0], request.POST.get("why", ""))
    messages.success(request, _("Taken back: everything is where it was."))


def _tag(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.tag(actor, case.pk, add=[request.POST.get("tag", "").strip()])


def _untag(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.tag(actor, case.pk, remove=[request.POST.get("tag", "")])


def _ask(request: HttpRequest, actor: Actor, case: Case) -> None:
    with writing(actor) as w:
        actions.flag_edge_case(w, case, request.POST.get("question", ""))
    messages.success(request, _("Policy will answer. The case goes on as before."))


STEPS = {"join": _join, "unjoin": _unjoin, "tag": _tag, "untag": _untag, "ask": _ask}


def _one(actor: Actor, text: str) -> UUID:
    """The case somebody means: its id, or the five characters they see."""
    text = text.strip()
    if text.startswith("case_"):
        return ids.decode("case", text)
    found = find.of_short(actor, text) if len(text) == find.SHORT else []
    if len(found) != 1:
        raise NotFound("unknown_case", "There is no such case, or more than one: give the whole id.", where="into")
    return found[0]


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound("unknown_report", "There is no such report on this case.") from None
