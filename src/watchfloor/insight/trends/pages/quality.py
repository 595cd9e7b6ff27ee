"""Over-enforcement and automation on the screen: numbers of the catalogue, then what became of decisions by policy, market and rule."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import params, queries, show
from watchfloor.insight.trends import verdicts
from watchfloor.insight.trends.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

OVER = (
    "wrongly_enforced",
    "wrongly_enforced_cases",
    "overturn_rate",
    "overturned_per_decision",
    "restore_lag",
    "actions_reversed",
)
AUTOMATION = (
    "automation_share",
    "automatic_decision_share",
    "automatic_decisions",
    "auto_overturned",
    "human_overturned",
)
BYS = ("policy", "market", "rule")


@require_safe
@page("insight.view")
def over(request: HttpRequest) -> HttpResponseBase:
    """``/insight/over-enforcement``: ``?span=28d``, ``?by=policy|market|rule``, ``?format=csv``."""
    actor, asked, by = actor_of(request), _asked(request), _by(request, "policy")
    lines = [
        (line, wilson(line.fell, line.by_rule + line.by_person))
        for line in verdicts.lines(actor, asked.span.start, asked.span.end, by)
    ]
    lines.sort(key=lambda pair: (-pair[0].fell, pair[0].name))
    if request.GET.get("format") == "csv":
        cells = (
            (line.name, line.by_rule + line.by_person, line.fell, fell.value, fell.low, fell.high)
            for line, fell in lines
        )
        return csv_response("over-enforcement", (by, "decisions", "violating_that_fell", "share", "low", "high"), cells)
    rows = [
        {"line": line, "name": _name(by, line.name), "url": _url(by, line.name, asked), "fell": fell}
        for line, fell in lines
    ]
    context = {
        **_shared(request, asked, OVER, "over", by), "rows": rows,
        "people": verdicts.people_affected(actor, asked.span.start, asked.span.end),
        "samples": verdicts.clean_though_enforced(actor, asked.span.start, asked.span.end),
    }  # fmt: skip
    return render(request, "insight/trends/over.html", context)


@require_safe
@page("insight.view")
def automation(request: HttpRequest) -> HttpResponse | HttpResponseBase:
    """``/insight/automation``: ``?span=28d``, ``?by=policy|market|rule``, ``?format=csv``."""
    actor, asked, by = actor_of(request), _asked(request), _by(request, "policy")
    lines = verdicts.lines(actor, asked.span.start, asked.span.end, by)
    if request.GET.get("format") == "csv":
        names = tuple(
            f"{who}_{kind}_{what}"
            for who in ("rule", "person")
            for kind in verdicts.EVIDENCE
            for what in ("looked", "held")
        )
        cells = (
            (line.name, line.by_rule, line.by_person,
             *(number for side in (line.rule, line.person) for kind in verdicts.EVIDENCE for number in (side[kind].looked,
             side[kind].held)))
            for line in lines
        )  # fmt: skip
        return csv_response("automation", (by, "by_rule", "by_person", *names), cells)
    context = {
        **_shared(request, asked, AUTOMATION, "automation", by),
        "rows": [{"line": line, "name": _name(by, line.name), "url": _url(by, line.name, asked)} for line in lines],
        "evidence": {"second": _("Second looks"), "appeal": _("Appeals"), "sample": _("Samples")},
    }  # fmt: skip
    return render(request, "insight/trends/automation.html", context)


def _asked(request: HttpRequest) -> params.Params:
    given = {name: request.GET[name] for name in ("span", "from", "to") if request.GET.get(name)}
    return params.read(given, default="28d")


def _by(request: HttpRequest, usual: str) -> str:
    by = request.GET.get("by", usual)
    return by if by in BYS else usual


def _shared(request: HttpRequest, asked: params.Params, metrics: tuple[str, ...], here: str, by: str) -> dict[str, Any]:
    kept = (
        urlencode({name: request.GET[name] for name in ("span", "from", "to") if request.GET.get(name)}) or "span=28d"
    )
    numbers = queries.kpis(actor_of(request), asked.span, metrics=metrics)
    titles = {"policy": _("Policy"), "market": _("Market"), "rule": _("Rule")}
    return {
        "tabs": parts.tabs(here), "query": request.GET, "by": by, "by_title": titles[by],
        "tiles": [show.tile(kpi, f"{reverse('insight-metric', args=[kpi.key])}?{kept}") for kpi in numbers],
        "span_words": show.span_words(asked.span.start, asked.span.end), "csv_url": f"?{kept}&by={by}&format=csv",
        "fields": [
            {"name": "span", "label": _("Last 28 days"), "options": [each for each in params.SPANS.items() if each[0] != "28d"]},
            {"name": "by", "label": _("By policy"), "options": [("market", _("By market")), ("rule", _("By rule"))]},
        ],
    }  # fmt: skip


def _name(by: str, name: str) -> str:
    if by == "policy":
        return next((policy.name for policy in policies.all_policies() if policy.key == name), name)
    return name or _("not said")


def _url(by: str, name: str, asked: params.Params) -> str:
    """The rule with its backtests, else the decisions behind the numbers."""
    if by == "rule":
        return reverse("rule-detail", args=[name]) if name else ""
    query = urlencode({"from": f"{asked.span.start:%Y-%m-%d}", "to": f"{asked.span.end:%Y-%m-%d}", by: name})
    return f"{reverse('insight-rows', args=['overturned_per_decision'])}?{query}"
