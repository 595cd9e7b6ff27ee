"""One risk: its figures, controls, indicators, actions, interventions and history; what is done about each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme.interventions import queries as interventions
from watchfloor.programme.interventions import words as metric_words
from watchfloor.programme.interventions.pages import log, parts
from watchfloor.programme.risks import access, domain, watching, words
from watchfloor.programme.risks.actions import indicators, register
from watchfloor.programme.risks.domain import IndicatorIn
from watchfloor.programme.risks.models import Risk
from watchfloor.programme.risks.pages.register import choices, owners_of, typed
from watchfloor.programme.tracking import queries as tracking
from watchfloor.programme.tracking.actions.todos import Todo, add_action


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, risk_id: UUID) -> HttpResponseBase:
    """One risk; a POST does one thing about it (``do``)."""
    actor, errors = actor_of(request), Errors()
    row = access.one(access.risks(actor), risk_id)
    may = access.risks(actor, access.EDIT).filter(pk=row.pk).exists()
    if request.method == "POST":
        if parts.act(request, _verbs(request, actor, row), errors, allowed=may):
            return redirect("programme-risk", row.pk)
        row.refresh_from_db()
    return render(
        request,
        "programme/risks/one.html",
        _context(request, actor, row, errors, may=may),
        status=422 if errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def edit(request: HttpRequest, risk_id: UUID) -> HttpResponseBase:
    """A risk is written anew."""
    actor, errors = actor_of(request), Errors()
    row = access.one(access.risks(actor, access.EDIT), risk_id)
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            register.change(w, actor, row.pk, typed(request), said=request.POST.get("said", "")[: domain.LONGEST])
        if not errors:
            messages.success(request, _("Kept. What it was stays in its history."))
            return redirect("programme-risk", row.pk)
    kept = {name: getattr(row, name) for name in ("title", "cause", "event", "effect", "treatment", "plan")}
    figures = ("likelihood", "impact", "residual_likelihood", "residual_impact")
    kept |= {name: str(getattr(row, name)) for name in figures}
    kept |= {
        "owner": str(row.owner or ""),
        "market": row.market or "",
        "vendor": row.vendor_key or "",
        "review_on": row.review_on.isoformat(),
    }
    context = {
        **parts.context(actor, "programme-risks", errors, request), **choices(), "start": request.POST.dict() or kept, "row": row
    }  # fmt: skip
    return render(request, "programme/risks/form.html", context, status=422 if errors else 200)


def _context(request: HttpRequest, actor: Actor, row: Risk, errors: Errors, *, may: bool) -> dict[str, Any]:
    history = list(row.versions.order_by("-number"))
    controls = list(row.controls.filter(removed_at=None).order_by("pk"))
    today = clock.now().date()
    about = f"risk:{row.pk}"
    return {
        **parts.context(actor, "programme-risks", errors, request), "row": row, "may_edit": may, "about": about, "today": today,
        "inherent": words.band(row.likelihood, row.impact), "residual": words.band(row.residual_likelihood, row.residual_impact),
        "treatment": _(words.TREATMENTS[row.treatment]), "overdue": domain.overdue(row.review_on, today),
        "names": names_of([row.made_by, *(each.by for each in history)]), "people": owners_of([row, *controls]),
        "controls": [
            {"row": each, "works": words.chip(words.WORKS, each.works), "late": each.test_by is not None and each.test_by < today}
            for each in controls
        ],
        "indicators": [
            {"row": each, "state": words.chip(words.STATES, each.state), "metric": metric_words.title(each.metric),
             "touches": metric_words.touched(each.filters), "span": _(words.SPANS[each.span]), "shown": shown(each)}
            for each in row.indicators.filter(removed_at=None).order_by("pk")
        ],
        "history": [
            {"row": each, "what": _(words.STEPS[each.what]), "band": words.band(each.residual_likelihood, each.residual_impact)}
            for each in history
        ],
        "actions": [
            {"row": each, "url": _action_url(each.pk)} for each in tracking.actions(actor).filter(about=about).order_by("due", "pk")
        ],
        "interventions": [log.line(each) for each in interventions.about(actor, [about])[about]],
        "works": [(key, _(name)) for key, (name, _tone, _sign) in words.WORKS.items()], "spans": words.named(words.SPANS),
        "metrics": parts.metrics(), "dims": parts.dimensions(), "owners": choices()["owners"],
    }  # fmt: skip


def shown(row: Any) -> dict[str, str]:
    """Value and thresholds of an indicator, in the metric's unit."""
    from watchfloor.insight import catalogue

    metric = catalogue.metrics().get(row.metric)
    unit, times, places = metric_words.scale(metric.unit if metric else "number", row.value or 0.0, row.amber, row.red)
    return {
        name: "–" if value is None else f"{metric_words.numeral(value * times, places)} {unit}".strip()
        for name, value in (("value", row.value), ("amber", row.amber), ("red", row.red))
    }


def _action_url(pk: UUID) -> str | None:
    try:
        return reverse("programme-action", args=[pk])
    except NoReverseMatch:
        return None


def _verbs(request: HttpRequest, actor: Actor, row: Risk) -> dict[str, Any]:
    post = request.POST

    def review() -> str:
        with writing(actor) as w:
            register.review(w, actor, row.pk, said=post.get("said", ""), next_on=parts.a_day(post, "next_on"))
        return _("Looked through. It comes up again on its day.")

    def close() -> str:
        with writing(actor) as w:
            register.close(w, actor, row.pk, why=post.get("why", ""))
        return _("Closed. It can be opened again.")

    def reopen() -> str:
        with writing(actor) as w:
            register.reopen(w, actor, row.pk)
        return _("It is open again.")

    def control() -> str:
        with writing(actor) as w:
            register.set_control(
                w, actor, row.pk, text=post.get("text", ""), owner=post.get("control_owner", ""), works=post.get("works", ""),
                tested_on=parts.day(post, "tested_on"), test_by=parts.day(post, "test_by"), control_id=_id(post.get("control", "")),
            )  # fmt: skip
        return _("The control is kept.")

    def drop_control() -> str:
        with writing(actor) as w:
            register.remove_control(w, actor, row.pk, _known(post.get("control", "")))
        return _("It is no control any more.")

    def indicator() -> str:
        given = IndicatorIn(
            metric=post.get("metric", ""), filters=parts.filters(post), span=post.get("span", ""), amber=_amount(post, "amber"),
            red=_amount(post, "red"), page=bool(post.get("page")),
        )  # fmt: skip
        with writing(actor) as w:
            made = indicators.save(w, actor, row.pk, given)
        watching.look(made)
        return _("It is watched from now on. Its owner is told once each time it turns amber or red.")

    def drop_indicator() -> str:
        with writing(actor) as w:
            indicators.remove(w, actor, row.pk, _known(post.get("indicator", "")))
        return _("It is not watched any more.")

    def action() -> str:
        with writing(actor) as w:
            made = Todo(
                title=post.get("action_title", ""), owner=post.get("action_owner", "") or None, due=parts.moment(post, "due"),
                about=f"risk:{row.pk}", market=row.market, vendor=row.vendor_key or "",
            )  # fmt: skip
            add_action(w, made)
        return _("The action is agreed.")

    return {
        "review": review, "close": close, "reopen": reopen, "control": control, "drop_control": drop_control, "indicator": indicator,
        "drop_indicator": drop_indicator, "action": action,
    }  # fmt: skip


def _amount(post: Any, name: str) -> float:
    """A threshold as typed: per cent of shares, seconds of times."""
    from watchfloor.insight import catalogue

    unit = catalogue.metric(post.get("metric", "")).unit
    return parts.number(post, name) * {"share": 0.01, "ms": 1000.0}.get(unit, 1.0)


def _id(text: str) -> UUID | None:
    return _known(text) if text else None


def _known(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("unknown_row", "There is no such entry.") from None
