"""The log of interventions, and the page that says which negative trends were reversed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.spikes import queries as spikes
from watchfloor.insight.spikes import words as spike_words
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock, ids
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.interventions import access, queries, words
from watchfloor.programme.interventions.models import Intervention
from watchfloor.programme.interventions.pages import parts

HEAD = ("id", "title", "metric", "touches", "expected", "happened", "measured on", "state", "outcome", "method", "estimate",
        "low", "high", "p", "relative", "owner", "about")  # fmt: skip
YEAR = timedelta(days=365)


@require_safe
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/programme/interventions``: ``?outcome=&metric=``; ``?format=csv``."""
    actor, asked = actor_of(request), request.GET
    rows = queries.log(actor, outcome=asked.get("outcome", "")[:20], metric=asked.get("metric", "")[:80])
    names = names_of(row.owner for row in rows)
    if asked.get("format") == "csv":
        return csv_response("interventions", HEAD, [_cells(row, names) for row in rows])
    outcomes = [
        ("waiting", _("Not measured yet")),
        *((key, _(words.OUTCOMES[key][0])) for key in words.OUTCOMES if key),
    ]
    context = {
        **parts.context(actor, "programme-interventions", Errors(), request), "rows": [line(row) for row in rows], "names": names,
        "may_edit": actor.has(access.EDIT),
        "filters": [
            {"name": "outcome", "label": _("Any result"), "chip": _("Result"), "options": outcomes},
            {"name": "metric", "label": _("Any metric"), "chip": _("Metric"), "options": parts.metrics()},
        ],
    }  # fmt: skip
    return render(request, "programme/interventions/index.html", context)


@require_safe
@guard.page(access.VIEW)
def turned(request: HttpRequest) -> HttpResponseBase:
    """``/programme/turned``: negative trends of the last year (spikes that got worse) with what was done, and whether they turned."""
    actor = actor_of(request)
    seen = [row for row in spikes.spikes(actor, since=clock.now() - YEAR, limit=200) if _negative(row)]
    done = queries.about(actor, [f"spike:{row.pk}" for row in seen])
    rows = [_trend(row, done[f"spike:{row.pk}"]) for row in seen]
    counts = {
        key: sum(each["outcome"] == key for each in rows)
        for key in ("reversed", "partly", "not_reversed", "unknown", "")
    }
    if request.GET.get("format") == "csv":
        lines = [(each["headline"], each["row"].starts_at, each["outcome"] or "open", each["said"]) for each in rows]
        return csv_response("reversed", ("trend", "since", "outcome", "result"), lines)
    wanted = request.GET.get("outcome", "")
    shown = [each for each in rows if not wanted or (each["outcome"] or "open") == wanted]
    context = {
        **parts.context(actor, "programme-interventions", Errors(), request), "rows": shown, "counts": counts,
        "may_edit": actor.has(access.EDIT), "may_spikes": actor.has("insight.view"),
        "filters": [{
            "name": "outcome", "label": _("Any result"), "chip": _("Result"),
            "options": [("open", _("Nothing done yet")), *((key, _(words.OUTCOMES[key][0])) for key in words.OUTCOMES if key)],
        }],
    }  # fmt: skip
    return render(request, "programme/interventions/turned.html", context)


def line(row: Intervention) -> dict[str, Any]:
    """One of the log as a list shows it."""
    found = queries.result(row)
    return {
        "row": row, "url": reverse("programme-intervention", args=[row.pk]), "metric": words.title(row.metric),
        "touches": words.touched(row.filters), "said": words.verdict(found, row.metric) if found else "",
        "outcome": words.outcome(row.outcome),
    }  # fmt: skip


def _negative(row: Spike) -> bool:
    """It went the way nobody wants; where neither way is good, up is more work."""
    from watchfloor.insight import catalogue

    metric = catalogue.metrics().get(row.metric)
    up = row.value >= row.expected
    closed = row.state in (Spike.State.DISMISSED, Spike.State.JOINED)
    return not closed and (metric is None or up != (metric.direction == "up"))


def _trend(row: Spike, done: list[Intervention]) -> dict[str, Any]:
    """A spike with the best of what was done about it; else with its own plan's verdict."""
    measured = [each for each in done if each.outcome]
    order = ("reversed", "partly", "not_reversed", "unknown")
    best = min(measured, key=lambda each: order.index(each.outcome)) if measured else None
    outcome, said = "", ""
    if best is not None:
        found = queries.result(best)
        outcome, said = best.outcome, words.verdict(found, best.metric) if found else ""
    elif row.state in order:
        outcome = row.state
    told = spikes.line(row)
    return {
        "row": row, "url": told.url, "headline": told.headline, "outcome": outcome, "said": said, "chip": words.outcome(outcome),
        "done": [line(each) for each in done], "id": ids.encode("spk", row.pk), "state": _(spike_words.STATES[row.state]),
    }  # fmt: skip


def _cells(row: Intervention, names: dict[str, str]) -> tuple[Any, ...]:
    found = queries.result(row)
    told = found.effect if found else None
    return (
        row.pk, row.title, row.metric, words.touched(row.filters), row.expected_change, row.happened_at, row.measure_on, row.state,
        row.outcome, told and told.method, told and told.estimate, told and told.low, told and told.high, told and told.p,
        told and told.relative, names.get(row.owner, row.owner), row.about,
    )  # fmt: skip
