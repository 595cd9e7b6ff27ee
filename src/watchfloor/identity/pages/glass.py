"""Break-glass: the page of those who break it, and of those who hear of it and review it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import glass, glass_queries, guard, limits
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.identity.signon import proof
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

MINUTES = (15, 60, 120, 240)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("glass.break", "glass.review")
@proof.fresh(lambda request: actor_of(request).has("glass.break"))
def index(request: HttpRequest) -> HttpResponse:
    """Those in force and to be reviewed first; the form, for who may break it."""
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        minutes = request.POST.get("minutes", "")
        with mending(errors), writing(actor) as w:
            row = glass.break_glass(
                w, user_of(request).pk, by=actor, reason=request.POST.get("reason", ""),
                clearances=request.POST.getlist("clearances"), act=request.POST.get("act") == "on",
                minutes=int(minutes) if minutes.isdecimal() else 0,
            )  # fmt: skip
        if not errors:
            messages.warning(request, _("The glass is broken. It ends by itself, and everything you do is marked."))
            return redirect("break_glass_one", row.pk)
    rows = glass_queries.views(list(glass_queries.visible(actor)[:200]))
    order = {"broken": 0, "overdue": 1, "to_review": 2, "reviewed": 3}
    context = {
        "rows": sorted(rows, key=lambda row: order[row.state]), "may_break": actor.has("glass.break"), "errors": errors,
        "typed": request.POST, "chosen": request.POST.getlist("clearances"), "clearances": limits.known("clearances") or {},
        "minutes": [(str(each), _("%(minutes)s minutes") % {"minutes": each}) for each in MINUTES], "words": state_words(),
    }  # fmt: skip
    return render(request, "identity/glass.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("glass.break", "glass.review")
def one(request: HttpRequest, glass_id: uuid.UUID) -> HttpResponse:
    """One of them: why, what was done under it, its review."""
    actor = actor_of(request)
    row = glass_queries.one(actor, glass_id)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            if request.POST.get("step") == "end":
                glass.end(w, row, by=actor)
            else:
                glass.review(
                    w, row, by=actor, outcome=request.POST.get("outcome", ""), finding=request.POST.get("finding", "")
                )
        if not errors:
            return redirect("break_glass_one", row.pk)
    view = glass_queries.views([row])[0]
    context = {
        "glass": view, "done": glass_queries.done_under(row), "errors": errors, "typed": request.POST, "words": state_words(),
        "may_review": actor.has("glass.review") and actor.id != str(row.user_id) and view.state in ("to_review", "overdue"),
        "may_end": view.state == "broken",
        "outcomes": [("justified", _("It was justified"), ""), ("not_justified", _("It was not"), "")],
    }  # fmt: skip
    return render(request, "identity/glass_one.html", context, status=422 if errors else 200)


def state_words() -> dict[str, tuple[str, str]]:
    """What the states are called, and their colour."""
    return {
        "broken": (_("Broken now"), "red"), "overdue": (_("Review overdue"), "red"), "to_review": (_("To be reviewed"), "amber"),
        "reviewed": (_("Reviewed"), ""),
    }  # fmt: skip
