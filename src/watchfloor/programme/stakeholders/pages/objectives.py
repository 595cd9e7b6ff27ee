"""Objectives: a figure of the catalogue, where it began, where it is, where it has to be and by when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import catalogue
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import access, actions, figures, queries, words
from watchfloor.programme.stakeholders.domain.progress import Progress, progress
from watchfloor.programme.stakeholders.models import Objective
from watchfloor.programme.stakeholders.pages import parts

HEAD = ("objective", "metric", "begins", "start", "now", "target", "by", "share of the way", "verdict")


class Shown(msgspec.Struct, frozen=True):
    """An objective with its figure now."""

    row: Any
    metric: str
    unit: str
    now: float | None
    way: Progress
    url: str
    may: bool


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?edit=``: one to change; ``?ended=1``: those put away. A POST sets, changes, puts away or brings back."""
    actor = actor_of(request)
    errors: forms.Errors = []
    if request.method == "POST":
        said = forms.act(
            request, {"save": lambda: _save(request), "end": lambda: _end(request)}, allowed=actor.has(access.EDIT)
        )
        if said is None:
            return redirect("programme-objectives")
        errors = said
    ended = request.GET.get("ended") == "1"
    shown = [show(actor, row) for row in queries.objectives(actor, ended=ended)[:100]]
    if request.GET.get("format") == "csv":
        return csv_response("objectives", HEAD, (
            (s.row.title, s.row.metric, s.row.begins_on, s.row.start, s.now, s.row.target, s.row.by, s.way.share, s.way.verdict)
            for s in shown
        ))  # fmt: skip
    edited = next((each.row for each in shown if str(each.row.pk) == request.GET.get("edit") and each.may), None)
    metrics = sorted(catalogue.metrics().values(), key=lambda each: str(_(each.title)).casefold())
    context = {
        **parts.context(request, "programme-objectives"), "shown": shown, "errors": errors, "error_of": dict(errors), "edited": edited,
        "metrics": [(each.key, _(each.title)) for each in metrics],
        "dimensions": [("", _("Everything")), *((key, _(words)) for key, words in DIMENSIONS.items())],
        "verdicts": words.verdicts(), "ended": ended, "in_days": clock.now().date() + timedelta(days=90),
        "people": [("", _("Nobody yet")), *((str(pk), name) for pk, name in queries.people_to_ask().items())],
        "names": names_of(f"user:{each.row.owner}" for each in shown if each.row.owner),
        "said": figures.said, "typed_target": figures.said(catalogue.metric(edited.metric).unit, edited.target).split("\u202f")[0]
        if edited else "",
        "filter": next(iter(edited.filters.items()), ("", [])) if edited else ("", []),
    }  # fmt: skip
    return render(request, "stakeholders/objectives.html", context, status=422 if errors else 200)


def show(actor: Actor, row: Objective) -> Shown:
    """One with its figure now, as the viewer may see it; after its day, with the figure of that day."""
    today = clock.now().date()
    until = min(today, row.by)
    metric = catalogue.metrics().get(row.metric)
    now = None
    if metric is not None and actor.has("insight.view"):
        now = figures.value(actor, row.metric, row.filters, until=until, days=row.days)
    return Shown(
        row=row, metric=str(_(metric.title)) if metric else row.metric, unit=metric.unit if metric else "", now=now,
        way=progress(row.start, now, row.target, row.begins_on, row.by, today),
        url=reverse("insight-metric", args=[row.metric]) if metric else "",
        may=actor.may(access.EDIT, market=row.market, vendor=row.vendor_key),
    )  # fmt: skip


def _save(request: HttpRequest) -> str:
    given, actor = request.POST, actor_of(request)
    pk = _own(actor, given["objective"]) if given.get("objective") else None
    metric = catalogue.metric(given.get("metric", ""))
    try:
        target = float(given.get("target", "").replace(",", "."))
    except ValueError:
        raise BadInput("bad_target", "Write a number.", where="target") from None
    by = datefields.day(given.get("by", ""), "by")
    days = int(given["days"]) if given.get("days", "").isdecimal() and len(given["days"]) < 4 else 0
    values = [each.strip() for each in given.get("values", "").split(",") if each.strip()]
    filters = {given["dimension"]: values} if given.get("dimension") and values else {}
    market, vendor = parts.limits(actor, given.get("market", ""), given.get("vendor", ""))
    with writing(actor) as w:
        actions.save_objective(
            w, actor, pk, title=given.get("title", ""), metric=metric.key, target=figures.meant(metric.unit, target), by=by,
            days=days, filters=filters,
            owner=given.get("owner") or None, market=market, vendor=vendor,
        )  # fmt: skip
    return _("The objective is set.") if pk is None else _("Kept.")


def _end(request: HttpRequest) -> str:
    actor = actor_of(request)
    ended = request.POST.get("undo") != "1"
    with writing(actor) as w:
        actions.end_objective(w, _own(actor, request.POST.get("objective", "")), ended=ended)
    return _("Put away.") if ended else _("Brought back.")


def _own(actor: Actor, text: str) -> UUID:
    """One this person may change."""
    row = Objective.objects.filter(access.rows(actor, access.EDIT), pk=parts.uuid(text, "objective")).first()
    if row is None:
        raise NotFound("unknown_objective", "There is no such objective.")
    return row.pk
