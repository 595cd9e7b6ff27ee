"""The register of risks: the matrix and the list, and a new risk."""

from __future__ import annotations

from collections.abc import Iterable
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
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.interventions import people
from watchfloor.programme.interventions.pages import parts
from watchfloor.programme.risks import access, domain, words
from watchfloor.programme.risks.actions import register
from watchfloor.programme.risks.domain import RiskIn
from watchfloor.programme.risks.models import Indicator, Risk

HEAD = ("number", "title", "cause", "event", "effect", "likelihood", "impact", "residual likelihood", "residual impact", "treatment",
        "owner", "market", "vendor", "review on", "overdue", "closed")  # fmt: skip
MOST = 1000


@require_safe
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/programme/risks``: ``?state=&cell=4x3&treatment=``; ``?format=csv``."""
    actor, asked = actor_of(request), request.GET
    today = clock.now().date()
    rows = access.risks(actor)
    rows = rows.exclude(closed_at=None) if asked.get("state") == "closed" else rows.filter(closed_at=None)
    if asked.get("state") == "overdue":
        rows = rows.filter(review_on__lt=today)
    if asked.get("treatment") in domain.TREATMENTS:
        rows = rows.filter(treatment=asked["treatment"])
    everything = list(rows.order_by("number")[:MOST])
    everything.sort(key=lambda row: (-row.residual_likelihood * row.residual_impact, row.number))
    shown = [row for row in everything if asked.get("cell", "") in ("", _cell(row))]
    names = owners_of(shown)
    if asked.get("format") == "csv":
        return csv_response("risks", HEAD, [_cells(row, names) for row in shown])
    worst = worst_of(shown)
    context = {
        **parts.context(actor, "programme-risks", Errors(), request), "matrix": matrix(everything), "scales": domain.scales(),
        "rows": [
            {"row": row, "inherent": words.band(row.likelihood, row.impact), "owner": names.get(str(row.owner), ""),
             "residual": words.band(row.residual_likelihood, row.residual_impact), "overdue": domain.overdue(row.review_on, today),
             "indicator": words.chip(words.STATES, worst[row.pk]) if row.pk in worst else None} for row in shown
        ],
        "treatments": dict(words.named(words.TREATMENTS)), "may_edit": actor.has(access.EDIT), "cell": asked.get("cell", ""),
        "filters": [
            {"name": "state", "label": _("Open"), "chip": _("State"),
             "options": [("overdue", _("Review overdue")), ("closed", _("Closed"))]},
            {"name": "treatment", "label": _("Any treatment"), "chip": _("Treatment"), "options": words.named(words.TREATMENTS)},
        ],
    }  # fmt: skip
    return render(request, "programme/risks/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """``/programme/risks/new``"""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            row = register.write(w, actor, typed(request))
        if not errors:
            messages.success(request, _("The risk is in the register. Give it a control and an indicator."))
            return redirect("programme-risk", row.pk)
    context = {
        **parts.context(actor, "programme-risks", errors, request),
        **choices(),
        "start": request.POST.dict(),
        "row": None,
    }
    return render(request, "programme/risks/form.html", context, status=422 if errors else 200)


def typed(request: HttpRequest) -> RiskIn:
    """The form as a risk."""
    post = request.POST
    return RiskIn(
        title=post.get("title", ""), cause=post.get("cause", ""), event=post.get("event", ""), effect=post.get("effect", ""),
        likelihood=parts.figure(post, "likelihood"), impact=parts.figure(post, "impact"), treatment=post.get("treatment", ""),
        residual_likelihood=parts.figure(post, "residual_likelihood"), residual_impact=parts.figure(post, "residual_impact"),
        plan=post.get("plan", ""), owner=post.get("owner", ""), market=post.get("market", ""), vendor=post.get("vendor", ""),
        review_on=parts.a_day(post, "review_on"),
    )  # fmt: skip


def choices() -> dict[str, Any]:
    """What the form offers."""
    return {
        "likelihoods": words.likelihoods(), "impacts": words.impacts(), "treatments": words.named(words.TREATMENTS),
        "owners": [("", _("nobody yet")), *people.owners()],
    }  # fmt: skip


def matrix(rows: Iterable[Risk]) -> list[list[dict[str, Any]]]:
    """Likelihood downwards from the most, impact to the right; each cell with its band and the risks that are left in it."""
    found: dict[str, list[Risk]] = {}
    for row in rows:
        found.setdefault(_cell(row), []).append(row)
    scales = domain.scales()
    return [
        [
            {"key": f"{down.value}x{right.value}", "band": scales.of(down.value, right.value).key, "likelihood": down, "impact": right,
             "rows": found.get(f"{down.value}x{right.value}", [])} for right in scales.impact
        ] for down in reversed(scales.likelihood)
    ]  # fmt: skip


def worst_of(rows: Iterable[Risk]) -> dict[Any, str]:
    """The worst state among a risk's indicators."""
    found: dict[Any, str] = {}
    pairs = Indicator.objects.filter(risk__in=list(rows), removed_at=None).values_list("risk_id", "state")
    for risk_id, state in pairs:
        found[risk_id] = max(found.get(risk_id, "unknown"), state, key=domain.STATES.index)
    return found


def owners_of(rows: Iterable[Any]) -> dict[str, str]:
    """Names by id."""
    return {
        text.removeprefix("user:"): name
        for text, name in names_of(f"user:{row.owner}" for row in rows if row.owner).items()
    }


def _cell(row: Risk) -> str:
    return f"{row.residual_likelihood}x{row.residual_impact}"


def _cells(row: Risk, names: dict[str, str]) -> tuple[Any, ...]:
    return (
        row.number, row.title, row.cause, row.event, row.effect, row.likelihood, row.impact, row.residual_likelihood, row.residual_impact,
        row.treatment, names.get(str(row.owner), ""), row.market, row.vendor_key, row.review_on,
        domain.overdue(row.review_on, clock.now().date()), row.closed_at,
    )  # fmt: skip
