"""The sampling plan: what is drawn, what that came to last week, and a form that makes the next version."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.engines import agreement
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, WatchfloorError
from watchfloor.platform.render import render
from watchfloor.quality.actions import planning
from watchfloor.quality.domain.plans import HOWS, PARTS, Document, chances, check
from watchfloor.quality.models import SamplingPlan
from watchfloor.quality.pages import parts
from watchfloor.quality.queries import population
from watchfloor.review.queries import visible_cases

NUMBERS = ("weekly", "floor", "certain_from", "due_hours")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.MANAGE)
def plan(request: HttpRequest) -> HttpResponseBase:
    """The plan in force and what it gives each stratum; a POST with ``step=preview`` only shows, else it goes live."""
    actor, live = actor_of(request), planning.live()
    document = msgspec.convert(live.document, Document) if live else Document()
    error: WatchfloorError | None = None
    if request.method == "POST":
        try:
            document = _typed(request)
            if request.POST.get("step") != "preview":
                seen = request.POST.get("seen", "0")
                planning.save(
                    actor, document, seen=int(seen) if seen.isdecimal() else 0, note=request.POST.get("note", "")
                )
                messages.success(request, _("The plan is live: decisions from now on are drawn by it."))
                return redirect("quality-plan")
        except (BadInput, Conflict) as refused:
            error = refused
    past = list(SamplingPlan.objects.order_by("-number")[:20])
    context = {
        "tabs": parts.tabs(actor, "plan"), "plan": live, "document": document, "error": error, "past": past,
        "names": names_of(row.made_by for row in past), "part_names": {key: _(words) for key, words in PARTS.items()},
        "hows": [(key, _(words), "") for key, words in HOWS.items()], "typed": request.POST,
        **({} if error else _spread(actor, document)),
    }  # fmt: skip
    return render(request, "quality/plan.html", context, status=422 if error else 200)


def _typed(request: HttpRequest) -> Document:
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        text = request.POST.get(name, "").strip()
        if not text.isdecimal() or len(text) > 7:
            raise BadInput("bad_number", _("Give a whole number."), where=name)
        numbers[name] = int(text)
    chosen = tuple(part for part in PARTS if part in request.POST.getlist("parts"))
    again = request.POST.get("again", "5").strip().replace(",", ".")
    if not again.replace(".", "", 1).isdecimal() or float(again) > 100:
        raise BadInput("bad_share", _("Give a share between 0 and 100."), where="again")
    document = Document(parts=chosen, how=request.POST.get("how", ""), again=float(again) / 100, **numbers)
    check(document)
    return document


def _spread(actor: Actor, document: Document) -> dict[str, Any]:
    """What the plan gives each stratum in a week like the last two, and how sure the whole would be; of the cases one may see."""
    kinds = population.kinds(document.parts, visible_cases(actor))
    found = chances(document, kinds, population.wrong_so_far())
    strata = [
        agreement.Stratum(key, max(1, round(size)), found.rates[key]) for key, size in sorted(found.sizes.items())
    ]
    looks = {key: max(found.looks[key], 1) for key in found.sizes}
    error = agreement.standard_error(strata, looks) if strata else 0.0
    told = parts.strata_words()
    rows = [
        {"stratum": told(one.key), "weekly": one.size, "rate": one.rate, "looks": found.looks[one.key], "chance": found.strata[one.key]}
        for one in sorted(strata, key=lambda one: -found.looks[one.key])
    ]  # fmt: skip
    return {"rows": rows, "half": 1.96 * error, "floors": len(found.people), "total": sum(found.looks.values())}
