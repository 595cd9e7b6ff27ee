"""One prevalence study: its estimates with intervals, its course over weeks; and the page on which people label its sample by keyboard."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.engines.prevalence import Estimate
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.trends import studies, study_actions, texts
from watchfloor.insight.trends.models import Study, StudyLabel, StudyUnit
from watchfloor.insight.trends.pages.studies import PER_VIEWS, methods, states, units
from watchfloor.insight.trends.study_actions import LABEL, MANAGE
from watchfloor.items.media import queries as media
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.workforce import exposure, wellbeing
from watchfloor.workforce.contracts import JobFacts
from watchfloor.workforce.domain import exposure as shown

MAX_BODY = 20_000
LOOK = timedelta(minutes=10)  # the longest that one unit is looked at
SEVERITY = 3  # of what may come: nobody has judged it yet
COLUMNS = (
    "place",
    "type",
    "item",
    "market",
    "language",
    "stratum",
    "probability",
    "times",
    "verdict",
    "policy",
    "enforced_before",
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.view", LABEL)
def one(request: HttpRequest, study_id: UUID) -> HttpResponseBase:
    """``/insight/prevalence/<id>``; ``?format=csv``: the sample. A POST with ``do`` = end, drop, repeat or stop."""
    actor = actor_of(request)
    row = studies.study(actor, study_id)
    if request.method == "POST":
        what = request.POST.get("do", "")
        if what in ("end", "drop"):
            study_actions.end(actor, study_id, drop=what == "drop")
            messages.success(request, _("The study has ended."))
        elif what in ("repeat", "stop"):
            study_actions.repeat(actor, study_id, what == "repeat")
            messages.success(
                request,
                _("It will be drawn anew each week.") if what == "repeat" else _("It is not drawn anew any more."),
            )
        return redirect("study", study_id)
    rows = studies.labelled(row)
    if request.GET.get("format") == "csv":
        lines = (
            (each.unit.place + 1, each.unit.item.type_key, each.unit.item.external_id, each.unit.market, each.unit.language,
             each.unit.stratum, each.unit.probability, each.unit.times, each.verdict, each.policy, "yes" if each.unit.enforced else "no")
            for each in rows
        )  # fmt: skip
        return csv_response(f"study-{row.pk}", COLUMNS, lines)
    found, names = studies.result(row, rows), {policy.key: policy.name for policy in policies.all_policies()}
    line = [(each, studies.result(each)) for each in studies.line(row)] if row.follows or row.weekly else []
    context = {
        "study": row, "found": found, "progress": studies.progress(row), "states": states(), "methods": methods(), "units": units(),
        "per": PER_VIEWS, "may": actor.has(MANAGE), "may_label": actor.has(LABEL) and studies.next_unit(actor, row) is not None,
        "by": [
            (title, [_bar(names.get(each.name, each.name) or _("not said"), each.found) for each in studies.slices(row, rows, key)])
            for key, title in _splits()
            if key != "stratum" or row.method == "stratified"
        ],
        "recall": studies.recall(row, rows), "wrongly": studies.wrongly(row, rows), "chart": _chart(line) if len(line) > 1 else None,
        "csv_url": "?format=csv",
    }  # fmt: skip
    return render(request, "insight/trends/study.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(LABEL)
def label(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """``/insight/prevalence/<id>/label``: the next unit; keys 1 violating, 2 clean, 3 unsure."""
    actor = actor_of(request)
    row = studies.study(actor, study_id)
    errors: list[tuple[str, str]] = []
    typed = {"policy": request.POST.get("policy", request.GET.get("policy", ""))}
    if request.method == "POST":
        try:
            unit = studies.unit(actor, _uuid(request.POST.get("unit", "")))
            verdict = request.POST.get("verdict", "")
            if verdict == "violating" and not typed["policy"]:
                raise BadInput("no_policy", "Choose the policy it violates.", where="policy")
            study_actions.label(actor, unit.pk, verdict, typed["policy"])
            _take(actor, unit, request.POST.get("shown", ""), labelled=True)
            return redirect(f"{reverse('study-label', args=[study_id])}?policy={typed['policy']}")
        except BadInput as error:
            errors.append(
                (error.where if error.where == "policy" else "verdict", f"{error.message} {error.hint}".strip())
            )
        except Conflict as error:
            messages.warning(request, error.message)
            return redirect("study-label", study_id)
    unit_now = studies.next_unit(actor, row)
    context: dict[str, Any] = {
        "study": row, "unit": unit_now, "errors": errors, "of": dict(errors), "typed": typed, "progress": studies.progress(row),
        "policies": [("", _("Which policy")), *((policy.key, policy.name) for policy in policies.all_policies() if not policy.clearance)],
    }  # fmt: skip
    if unit_now is not None:
        found = texts.of_versions([(unit_now.item.type_key, unit_now.item_version)])
        context |= {
            "text": found.get(unit_now.item_version, ""), "media_views": media.views(unit_now.item_version, actor), "severity": SEVERITY,
            "filters": wellbeing.profile(UUID(actor.id)).filters,
        }  # fmt: skip
    return render(request, "insight/trends/study_label.html", context, status=422 if errors else 200)


@require_POST
@page(LABEL)
def seen(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """What the labelling page has shown, as the workbench says it: ``{"page", "worked_ms", "lines": [...]}``. 204."""
    actor = actor_of(request)
    _take(actor, studies.unit(actor, unit_id), request.body.decode("utf-8", "replace"))
    return HttpResponse(status=204)


@require_POST
@page(LABEL)
def revealed(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Before media is loaded: ``{"media", "kind", "how", "filters"}``. 204. Restricted items are in no study."""
    actor = actor_of(request)
    unit, said = studies.unit(actor, unit_id), _read(request.body.decode("utf-8", "replace"))
    filters = said.get("filters")
    exposure.reveal(
        actor, _facts(actor, unit), str(said.get("media", "")), kind=str(said.get("kind", "")), how=str(said.get("how", "")),
        filters=[str(name) for name in filters] if isinstance(filters, list) else (),
    )  # fmt: skip
    return HttpResponse(status=204)


def _take(actor: Actor, unit: StudyUnit, raw: str, *, labelled: bool = False) -> None:
    """Exposure is kept as it is for the workbench; what is wrong with the sums keeps nobody from labelling.

    A label does not end the touch: the page says its sums once more as it goes, and they must find what was counted before.
    """
    sums = _read(raw)
    worked = sums.get("worked_ms")
    try:
        exposure.record(
            actor, _facts(actor, unit), shown.read(sums.get("lines", [])), page=str(sums.get("page", ""))[:16],
            worked_ms=worked if isinstance(worked, int) and not isinstance(worked, bool) else 0,
        )  # fmt: skip
    except BadInput:
        if not labelled:
            raise


def _facts(actor: Actor, unit: StudyUnit) -> JobFacts:
    """A unit as exposure knows jobs: each person's own, for two may label it.

    One began it when one labelled the last, ten minutes ago at most.
    """
    mine = (
        StudyLabel.objects.filter(labeller=str(actor))
        .exclude(unit_id=unit.pk)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    since = clock.now() - LOOK
    return JobFacts(
        job=uuid5(unit.pk, actor.id), token=1, case=unit.study_id, leased_at=max(since, mine) if mine else since, queue="", policy="",
        market=unit.market, language=unit.language, severity=SEVERITY, item_version=unit.item_version,
    )  # fmt: skip


def _read(raw: str) -> dict[str, Any]:
    try:
        said = json.loads(raw) if raw and len(raw) <= MAX_BODY else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_unit", "Which unit is meant cannot be read.", where="unit") from None


def _splits() -> tuple[tuple[str, str], ...]:
    return (
        ("policy", _("By policy")),
        ("market", _("By market")),
        ("language", _("By language")),
        ("stratum", _("By stratum")),
    )


def _bar(name: str, found: Estimate) -> dict[str, Any]:
    return {
        "name": name,
        "value": found.share * PER_VIEWS,
        "low": found.low * PER_VIEWS,
        "high": found.high * PER_VIEWS,
        "places": 0,
    }


def _chart(line: list[tuple[Study, Estimate]]) -> dict[str, Any]:
    """Prevalence over the weeks, its interval as a band."""
    known = [(row, found) for row, found in line if found.labelled]
    return {
        "times": [int((row.start + (row.end - row.start) / 2).timestamp()) for row, _found in known],
        "series": [{"name": _("Violating of 10,000"), "values": [found.share * PER_VIEWS for _row, found in known]}],
        "band": {"low": [found.low * PER_VIEWS for _row, found in known], "high": [found.high * PER_VIEWS for _row, found in known]},
        "band_name": _("95 % interval"),
    }  # fmt: skip
