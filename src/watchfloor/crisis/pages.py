"""Crisis mode of an incident: the level, the bank, the clocks of updates, and the numbers for the review."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.crisis import actions, queries
from watchfloor.detection.banks import queries as banks
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.oncall import queries_incidents
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.view")
def crisis(request: HttpRequest, incident_id: str) -> HttpResponseBase:
    """One incident's; a POST sets the level, or names a bank. ``?format=csv``: the numbers."""
    actor = actor_of(request)
    incident = queries_incidents.incident(actor, _id(incident_id))
    runs = actions.may_run(actor, incident)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        given = request.POST
        try:
            if given.get("do") == "level":
                level = given.get("level", "")
                actions.set_level(
                    actor, incident, int(level) if level.isdecimal() and len(level) == 1 else -1, given.get("why", "")
                )
            elif given.get("do") in ("bank", "make"):
                actions.use_bank(
                    actor,
                    incident,
                    given.get("bank", ""),
                    make=given["do"] == "make",
                    policy_key=given.get("policy", ""),
                )
            else:
                raise NotFound("unknown_step", "There is no such thing to do.")
            messages.success(request, _("Kept."))
            return redirect("crisis", incident_id)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    row = queries.of(incident)
    bank = queries.bank_of(actor, row) if row else None
    numbers = queries.numbers(row, bank) if row else None
    audiences = queries.audiences(incident, row) if row else []
    if request.GET.get("format") == "csv" and row and numbers:
        return csv_response(f"crisis-{incident.number}", ("figure", "value"), [
            ("began", row.started_at), ("ended", row.ended_at), ("seconds", numbers.took.total_seconds()),
            ("seconds at the highest level", numbers.at_protocol.total_seconds()), ("entries", numbers.entries),
            ("items found", numbers.items), *((f"items {did}", count) for did, count in numbers.by_what.items()),
            ("seconds to the first", numbers.first.total_seconds() if numbers.first else None),
            *((f"updates to {each.key}", each.sent) for each in audiences),
            *((f"longest silence to {each.key}, seconds", each.silence.total_seconds()) for each in audiences),
        ])  # fmt: skip
    lines = queries.levels(row) if row else []
    context = {
        "incident": incident, "row": row, "runs": runs, "bank": bank, "numbers": numbers, "audiences": audiences, "lines": lines,
        "names": names_of(each.by for each in lines), "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "levels": _levels(), "whom": {"internal": _("Colleagues"), "stakeholders": _("Stakeholders")},
        "banks": [(each.key, each.name) for each in banks.banks(actor)] if actor.has(banks.SEES) else [],
        "policies": [(each.key, _(each.name)) for each in policies.all_policies()], "may_make": actor.has("bank.manage"),
        "did": {"decided": _("decided"), "queued": _("a case was opened"), "noted": _("noted"), "suppressed": _("known good is nearer"),
                "held": _("held"), "cleared": _("found clean before"), "flooded": _("stopped as a flood")},
    }  # fmt: skip
    return render(request, "crisis/crisis.html", context, status=422 if errors else 200)


def _levels() -> dict[int, tuple[str, str]]:
    return {
        1: (_("1 Watch"), _("It may reach us: people look out for it.")),
        2: (_("2 Content incident"), _("Its content goes round here: hashes are banked, updates every four hours.")),
        3: (_("3 Protocol"), _("It goes round everywhere: hashes are shared with others, updates every hour.")),
    }


def _id(text: str) -> UUID:
    try:
        return ids.decode("inc", text)
    except BadInput:
        raise NotFound("unknown_incident", "There is no such incident.") from None
