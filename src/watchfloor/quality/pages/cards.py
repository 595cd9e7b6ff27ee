"""The scorecard: its parts as a form, what decisions scored lately, and marking one."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.quality.actions import marking
from watchfloor.quality.domain.cards import MOST, SCALES, WHEN, Card, Part
from watchfloor.quality.pages import parts
from watchfloor.quality.queries.marks import scores
from watchfloor.workforce.models import Vendor

BY = ("vendor", "policy", "market", "queue")
SPARE = 3


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.MANAGE)
def card(request: HttpRequest) -> HttpResponseBase:
    """The scorecard in force and what it says, ``?by=&days=``; a POST makes the next version; ``?format=csv``."""
    actor, live = actor_of(request), marking.live()
    shown = live[1] if live else Card(parts=_proposed())
    error: WatchfloorError | None = None
    if request.method == "POST":
        try:
            shown = _typed(request)
            seen = request.POST.get("seen", "0")
            marking.save(actor, shown, seen=int(seen) if seen.isdecimal() else 0)
            messages.success(request, _("The scorecard is live: decisions from now on are marked by it."))
            return redirect("quality-card")
        except (BadInput, Conflict) as refused:
            error = refused
    by = request.GET.get("by", "vendor")
    by = by if by in BY else "vendor"
    rows = scores(actor, parts.filters_of(request), by)
    if request.GET.get("format") == "csv":
        head = (by, "marked", "score", "low", "high", "passes", "failed")
        return csv_response("scorecard", head, (
            (row.key or "all", row.marked, row.score.share, row.score.low, row.score.high, row.passes.share, row.failed) for row in rows
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "card"), "live": live[0] if live else None, "card": shown, "error": error, "rows": rows, "by": by,
        "query": request.GET, "filters": parts.filter_fields(actor), "spare": range(len(shown.parts), min(MOST, len(shown.parts) + SPARE)),
        "scales": [(str(key), _(words)) for key, words in SCALES.items()], "whens": [(key, _(words)) for key, words in WHEN.items()],
        "names": dict(Vendor.objects.values_list("key", "name")) | parts.policy_names(),
        "bys": [("vendor", _("Vendors")), ("policy", _("Policies")), ("market", _("Markets")), ("queue", _("Queues"))],
        "passes": request.POST.get("passes") if error else f"{shown.passes:g}",
    }  # fmt: skip
    return render(request, "quality/card.html", context, status=422 if error else 200)


@require_POST
@guard.page(*parts.MANAGE)
def mark(request: HttpRequest, look_id: UUID) -> HttpResponseBase:
    """Mark the decision of a look; back to the look, with the reason where that cannot be."""
    try:
        marks = {
            name.removeprefix("mark-"): str(request.POST[name]) for name in request.POST if name.startswith("mark-")
        }
        marking.mark(actor_of(request), look_id, marks)
        messages.success(request, _("Marked."))
    except (BadInput, Conflict, Forbidden) as refused:
        messages.warning(request, f"{refused.message} {refused.hint}".strip())
    return redirect("quality-look", look_id)


def _proposed() -> tuple[Part, ...]:
    """What a first scorecard may begin with."""
    return (
        Part(key="verdict", name=_("The verdict and the violation are right"), weight=3, critical=True),
        Part(key="action", name=_("The right action was taken"), weight=2, when="violating"),
        Part(key="context", name=_("Context was looked at: thread, history, media to the end"), weight=2, scale=3),
        Part(key="reason", name=_("The reason given would let another person understand it"), weight=1, scale=3),
        Part(key="escalation", name=_("What had to be escalated was"), weight=2, critical=True),
    )


def _typed(request: HttpRequest) -> Card:
    found = []
    for number in range(MOST):
        name = request.POST.get(f"name-{number}", "").strip()
        if not name:
            continue  # an empty row is a part less
        weight = request.POST.get(f"weight-{number}", "1").replace(",", ".")
        scale = request.POST.get(f"scale-{number}", "2")
        key = request.POST.get(f"key-{number}", "").strip() or slugify(name)[:40] or f"part-{number + 1}"
        found.append(Part(
            key=key[:60], name=name, weight=_real(weight, f"weight-{number}"), scale=int(scale) if scale.isdecimal() else 0,
            critical=bool(request.POST.get(f"critical-{number}")), when=request.POST.get(f"when-{number}", "always"),
        ))  # fmt: skip
    return Card(parts=tuple(found), passes=_real(request.POST.get("passes", "").replace(",", "."), "passes"))


def _real(text: str, where: str) -> float:
    try:
        return msgspec.convert(text.strip(), float, strict=False)
    except msgspec.ValidationError:
        raise BadInput("bad_number", _("Give a number."), where=where) from None
