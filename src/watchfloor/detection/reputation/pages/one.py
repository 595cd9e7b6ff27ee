"""``/restrictions/<key>``: one restriction, its hits by day, what became of those it hit, its versions; agreed to, lifted, put back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.reputation import actions, queries
from watchfloor.detection.reputation.models import Restriction
from watchfloor.detection.reputation.pages import words
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = ("day", "held_when_asked", "held_when_it_happened", "let_through")


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.SEES)
def restriction(request: HttpRequest, key: str) -> HttpResponseBase:
    """A POST does one step: ``agree``, ``refuse``, ``lift``, ``restore``."""
    row, actor, errors = actions.by_key(key), actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            messages.success(request, _step(actor, row, request.POST.get("do", ""), request.POST.dict()))
            return redirect("restriction", key=row.key)
    days = queries.by_day(row)
    if request.GET.get("format") == "csv":
        return csv_response(f"restriction-{row.key}", HEAD, ((d.day, d.asked, d.happened, d.passed) for d in days))
    versions = list(row.versions.order_by("-number"))
    states = words.state_words()
    context = {
        "row": row, "value": words.value_words(row), "state": states[queries.state_of(row)], "states": states,
        "rate": words.rate_words(row), "subjects": words.subject_words(), "effects": words.effect_words(),
        "actions": words.action_words(), "days": days, "held": [day.asked + day.happened for day in days],
        "count": queries.counts([row])[row.pk], "span": queries.DAYS, "versions": versions, "errors": errors,
        "wide": words.wide_words().get(row.reach.get("wide", ""), ""),
        "names": names_of({row.owner, row.made_by, row.changed_by, *(each.by for each in versions)}),
        "may_edit": actor.has(queries.EDITS), "typed": request.POST, "tabs": words.tabs("restrictions", actor),
        "may_agree": actor.has(queries.AGREES) and row.state == Restriction.State.WAITING and row.changed_by != str(actor),
        "over": queries.state_of(row) in ("lifted", "refused", "expired"),
    }  # fmt: skip
    return render(request, "detection/reputation/one.html", context, status=422 if errors else 200)


def _step(actor: Actor, row: Restriction, do: str, typed: dict[str, str]) -> str:
    needed = queries.AGREES if do in ("agree", "refuse") else queries.EDITS
    if not actor.has(needed):
        raise Forbidden("no_permission", "Your roles do not include that.", hint=f"It needs {needed}.")
    why = typed.get("why", "")
    if do == "restore":
        number = typed.get("number", "")
        wanted = actions.as_it_was(row, int(number) if number.isdecimal() and len(number) < 7 else 0)
        found = actions.reach_of(wanted)
        with writing(actor, reason=why[:200]) as w:
            saved = actions.save(
                w, wanted, row=row, why=why or _("as in version %(number)s") % {"number": number}, found=found
            )
        return _("It is as it was then.") if saved.state == "on" else _("It waits for a second person.")
    with writing(actor, reason=why[:200]) as w:
        if do in ("agree", "refuse"):
            actions.judge(w, row, agree=do == "agree", why=why)
            return _("It is in force.") if do == "agree" else _("It is refused.")
        if do == "lift":
            actions.lift(w, row, why=why)
            return _("It is lifted and holds nobody any more.")
    raise BadInput("unknown_step", "There is no such step.")
