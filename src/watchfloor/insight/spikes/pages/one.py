"""One spike: the data first, then where, what it is made of, what was changed, examples, what was done and what that did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import catalogue, changes, show
from watchfloor.insight import queries as numbers
from watchfloor.insight.changes.kinds import KINDS
from watchfloor.insight.spikes import attention, plans, queries, words
from watchfloor.insight.spikes.models import Feedback, Spike
from watchfloor.insight.spikes.pages.parts import MANAGE, spike_of, tabs
from watchfloor.insight.spikes.stored import Found, filters
from watchfloor.kernel import clock, ids
from watchfloor.oncall.queries_incidents import visible as visible_incidents
from watchfloor.platform.render import render
from watchfloor.review.models import Playbook, Surge

SAMPLES = 8
WIDTH, ROW, LEFT = 640, 34, 190


@require_safe
@guard.page("insight.view")
def page(request: HttpRequest, spike_id: str) -> HttpResponse:
    """``/insight/spikes/<spk>``: ``?version=2`` shows an earlier investigation."""
    row = spike_of(request, spike_id)
    return render(request, "insight/spikes/one.html", context_of(request, row, {}, {}))


def context_of(request: HttpRequest, row: Spike, errors: dict[str, str], typed: Any) -> dict[str, Any]:
    """All that the page says."""
    actor = actor_of(request)
    text = request.GET.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 6 else None
    found = _in_their_words(queries.found_of(row, version))
    past = queries.versions(row)
    metric = catalogue.metric(row.metric)
    surges = list(Surge.objects.filter(started_at__gte=row.starts_at - timedelta(hours=1)).order_by("started_at")[:5])
    others = [each for each in queries.spikes(actor, state="active", limit=20) if each.pk != row.pk]
    return {
        "tabs": tabs("spikes"), "row": row, "found": found, "metric": metric, "headline": words.headline(row, found),
        "story": words.story(row, found) if found else [], "chart": _chart(row, found), "falls": _falls(found, metric.unit),
        "checks": [(check, words.check_words(check)) for check in found.checks] if found else [],
        "candidates": [{"one": each, "kind": KINDS.get(each.kind, KINDS["other"]), "lag": words.lag_words(each)}
                       for each in found.candidates] if found else [],
        "beside": _beside(found), "chain": _chain(found), "samples": _samples(actor, row, found), "past": past,
        "version": version or row.version, "states": {key: _(name) for key, name in words.STATES.items()}, "tones": words.TONES,
        "kinds": {key: _(name) for key, name in words.KINDS.items()}, "whys": {key: _(name) for key, name in words.WHY.items()},
        "slice_long": words.slice_long, "p_words": words.p_words, "percent": words.percent, "turn": plans.turn_of(row),
        "turn_words": words.turn_words, "may_manage": actor.has(MANAGE), "may_surge": actor.has("review.reassign"),
        "may_page": actor.has("oncall.page"), "may_incident": actor.has("incident.manage"),
        "may_intervene": actor.has("programme.edit"), "names": names_of(
            [row.found_by, row.planned_by, row.closed_by, *(surge.started_by for surge in surges)]),
        "playbooks": [] if not actor.has("review.reassign") else list(Playbook.objects.filter(archived_at__isnull=True).order_by("name")),
        "surges": [{"row": surge, "turn": plans.change_after(row, surge.started_at, surge.ended_at or clock.now(), None)
                    if surge.started_at > row.starts_at and row.where else None} for surge in surges],
        "incidents": list(visible_incidents(actor).filter(spike=reverse("spike", args=[ids.encode("spk", row.pk)]))[:5]),
        "mine": Feedback.objects.filter(spike=row, person=str(actor)).values_list("verdict", flat=True).first() or "",
        "weight": attention.weight_of(row.metric, row.where, attention.answers()), "others": [
            (ids.encode("spk", each.pk), queries.line(each).headline) for each in others],
        "errors": errors, "typed": typed, "now": clock.now(), "number": words.number,
        "act_url": reverse("spike-act", args=[ids.encode("spk", row.pk)]),
    }  # fmt: skip


def _in_their_words(found: Found | None) -> Found | None:
    """With the titles of changes as the reader's language has them; what was kept of them speaks the watcher's."""
    if found is None or not found.candidates:
        return found
    moments = [each.at for each in found.candidates]
    known = {
        each.id: each.title for each in changes.between(min(moments), max(moments) + timedelta(seconds=1), causes=True)
    }
    told = [msgspec.structs.replace(each, title=known.get(each.id, each.title)) for each in found.candidates]
    return msgspec.structs.replace(found, candidates=told)


def _chart(row: Spike, found: Found | None) -> dict[str, Any] | None:
    if found is None or not found.series:
        return None
    marks = [{"at": int(each.at.timestamp()), "label": each.title} for each in found.candidates[:3] if each.p >= 0.05]
    return {
        "times": [int(each.at.timestamp()) for each in found.series],
        "series": [
            {"name": _(catalogue.metric(row.metric).title), "values": [each.value for each in found.series]},
            {"name": _("Expected"), "values": [round(each.expected, 2) for each in found.series]},
        ],
        "marks": marks,
    }  # fmt: skip


def _falls(found: Found | None, unit: str) -> dict[str, Any] | None:
    """The waterfall from what was expected to what was: slices of a count, rate and mix of a ratio; lengths in the picture's units."""
    if found is None:
        return None
    steps: list[tuple[str, float, str]] = []
    if found.mix is not None:
        before, after = found.mix.before, found.mix.after
        for part in found.mix.parts[:5]:
            steps.append((_("%(value)s: own rate") % {"value": part.value}, part.rate, ""))
        steps.append((_("Others' own rates"), found.mix.rate - sum(part.rate for part in found.mix.parts[:5]), ""))
        steps.append((_("Shift between them"), found.mix.mix, ""))
    elif unit == "count":
        before, after = found.expected, found.real
        steps = [
            (words.slice_long(each.where), each.real - each.expected, each.query.rows_url) for each in found.slices
        ]
        steps.append((_("Elsewhere"), found.elsewhere[0] - found.elsewhere[1], ""))
    else:
        return None
    levels = [before]
    for _name, gap, _href in steps:
        levels.append(levels[-1] + gap)
    top = max([*levels, after, 0.0]) or 1.0
    low = min([*levels, after, 0.0])
    scale = (WIDTH - LEFT - 90) / ((top - low) or 1.0)

    def bar(name: str, start: float, end: float, tone: str, href: str = "") -> dict[str, Any]:
        text = (
            words.number(end, unit)
            if tone == "whole"
            else ("+" if end >= start else "−") + words.number(abs(end - start), unit)
        )
        left = LEFT + (min(start, end) - low) * scale
        return {"name": name, "x": round(left, 1), "width": max(1.5, round(abs(end - start) * scale, 1)), "text": text, "tone": tone,
                "href": href, "after": round(LEFT + (max(start, end) - low) * scale + 6, 1)}  # fmt: skip

    bars = [bar(_("Expected"), 0.0, before, "whole")]
    for (name, _gap, href), start, end in zip(steps, levels, levels[1:], strict=False):
        bars.append(bar(name, start, end, "more" if end >= start else "less", href))
    bars.append(bar(_("Measured"), 0.0, after, "whole"))
    return {"bars": bars, "width": WIDTH, "height": ROW * len(bars), "row": ROW, "left": LEFT}


def _beside(found: Found | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    rows = []
    for each in found.beside:
        one = catalogue.metric(each.metric)
        rows.append(
            {"name": _(one.title), "cell": show.cell(one, each.value, each.before), "href": each.query.metric_url}
        )
    return rows


def _chain(found: Found | None) -> list[dict[str, Any]]:
    names = {"came": _("Cases that came in"), "manual": _("Share that people get"), "aht": _("Time for each")}
    return [{"name": names[each.key], "hours": each.hours} for each in found.chain] if found else []


def _samples(actor: Actor, row: Spike, found: Found | None) -> dict[str, Any] | None:
    """The newest rows of the slice, within the viewer's own rights."""
    if found is None:
        return None
    span = numbers.Span(start=found.start, end=found.end, where=filters(row.where))
    behind = numbers.rows_behind(actor, span, row.metric, limit=SAMPLES)
    kept = show.filled(behind.columns, behind.rows)
    names = [behind.columns[place] for place in kept]
    return {"columns": show.columns(names), "rows": [show.cells(names, [line[place] for place in kept]) for line in behind.rows],
            "total": behind.total}  # fmt: skip
