"""``/identity``: checks of who somebody is: what waits, one with its evidence and the clock by which that goes, the decision."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.detection.likeness import checks, queries
from watchfloor.detection.likeness.pages import words
from watchfloor.detection.reputation.pages.words import tabs
from watchfloor.identity import audit
from watchfloor.identity.guard import page
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.items.media.queries import views
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

HEAD = ("check", "account", "state", "asked", "due", "decided", "evidence_goes")
MOST_CSV = 20_000


@require_safe
@page(checks.VERIFIES)
def index(request: HttpRequest) -> HttpResponseBase:
    """What waits, the one due first at the top."""
    actor = actor_of(request)
    rows = queries.checks(actor, request.GET.dict())
    if request.GET.get("format") == "csv":
        return csv_response("identity-checks", HEAD, (
            (encode("idc", row.pk), row.account.external_id, row.state, row.asked_at, row.due_at, row.decided_at, checks.forget_at(row))
            for row in rows[:MOST_CSV].iterator()
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    kept = request.GET.copy()
    kept["format"] = "csv"
    states = words.states()
    context = {
        "rows": [
            {"row": row, "url": reverse("identity-check", args=[row.pk]), "state": states[row.state], "goes": checks.forget_at(row)}
            for row in shown.rows
        ],
        "pager": shown.pager, "query": request.GET, "csv_url": f"?{kept.urlencode()}", "tabs": tabs("identity-checks", actor),
        "fields": [
            {"name": "state", "label": _("What waits"), "chip": _("State"),
             "options": [*((key, label) for key, (label, _tone) in states.items()), ("all", _("All states"))]},
        ],
    }  # fmt: skip
    return render(request, "detection/likeness/checks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(checks.VERIFIES)
def check(request: HttpRequest, check_id: UUID) -> HttpResponseBase:
    """One check. A POST decides it."""
    actor = actor_of(request)
    row, errors = queries.check(actor, check_id), Errors()
    if request.method == "POST":
        with mending(errors):
            why = request.POST.get("why", "")
            with writing(actor, reason=why[:200]) as w:
                checks.decide(w, row, request.POST.get("outcome", ""), why=why)
            messages.success(request, _("Decided; the platform tells them. The evidence goes by its clock."))
            return redirect("identity-check", row.pk)
    shown = views(checks.shown_as(row), actor)
    if shown:
        audit.record(actor, f"identity_check:{row.pk}", "", clearance=checks.CLEARANCE)
    files = list(row.evidence.order_by("received_at"))
    context = {
        "row": row, "state": words.states()[row.state], "views": shown, "files": files, "goes": checks.forget_at(row),
        "gone": [each for each in files if each.forgotten_at], "hidden": len([f for f in files if not f.forgotten_at]) - len(shown),
        "errors": errors, "typed": request.POST, "tabs": tabs("identity-checks", actor), "final": row.state in checks.FINAL,
        "outcomes": [
            ("verified", _("Verified"), _("They are who they say. A protected name without an account gets this one.")),
            ("refused", _("Not proved"), _("What was shown does not prove it, or nothing came.")),
            ("impostor", _("Impostor"), _("They are not. Decide the account's case, too.")),
        ],
        "names": names_of({row.asked_by, row.decided_by}), "link": checks.link(row) if row.state == "asked" else "",
    }  # fmt: skip
    return render(request, "detection/likeness/check.html", context, status=422 if errors else 200)
