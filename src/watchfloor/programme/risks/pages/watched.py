"""All indicators of all open risks, the worst first."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.interventions import words as metric_words
from watchfloor.programme.interventions.pages import parts
from watchfloor.programme.risks import access, domain, words
from watchfloor.programme.risks.models import Indicator
from watchfloor.programme.risks.pages.one import shown

HEAD = ("risk", "metric", "touches", "span", "value", "amber", "red", "state", "since", "looked at")


@require_safe
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/programme/indicators``: ``?state=``; ``?format=csv``."""
    actor = actor_of(request)
    found = Indicator.objects.filter(
        removed_at=None, risk__in=access.risks(actor).filter(closed_at=None)
    ).select_related("risk")
    state = request.GET.get("state", "")
    rows = [row for row in found.order_by("risk__number", "pk")[:1000] if state in ("", row.state)]
    rows.sort(key=lambda row: -domain.STATES.index(row.state))
    if request.GET.get("format") == "csv":
        lines = [
            (row.risk.title, row.metric, metric_words.touched(row.filters), row.span, row.value, row.amber, row.red, row.state, row.since,
             row.checked_at) for row in rows
        ]  # fmt: skip
        return csv_response("indicators", HEAD, lines)
    context = {
        **parts.context(actor, "programme-risks", Errors(), request),
        "rows": [
            {"row": row, "state": words.chip(words.STATES, row.state), "metric": metric_words.title(row.metric), "shown": shown(row),
             "touches": metric_words.touched(row.filters), "span": _(words.SPANS[row.span])} for row in rows
        ],
        "filters": [{"name": "state", "label": _("Any state"), "chip": _("State"),
                     "options": [(key, _(words.STATES[key][0])) for key in ("red", "amber", "green", "unknown")]}],
    }  # fmt: skip
    return render(request, "programme/risks/indicators.html", context)
