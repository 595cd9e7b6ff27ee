"""Who looked at restricted things: the log itself, newest first."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.models import RestrictedRead, User
from watchfloor.platform.render import render

PER_PAGE = 50


@require_safe
@guard.page("ledger.view")
def index(request: HttpRequest) -> HttpResponse:
    """``?subject=``, ``?person=`` (a user id) narrow it; ``?before=`` (an id) goes on."""
    found = RestrictedRead.objects.order_by("-id")
    if request.GET.get("subject"):
        found = found.filter(subject=request.GET["subject"][:120])
    if request.GET.get("person"):
        found = found.filter(actor=f"user:{request.GET['person'][:60]}")
    try:
        found = found.filter(id__lt=uuid.UUID(request.GET["before"])) if request.GET.get("before") else found
    except ValueError:
        found = found.none()
    rows = list(found[: PER_PAGE + 1])
    ids = [row.actor[5:] for row in rows if row.actor.startswith("user:")]
    people = {f"user:{pk}": name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
    shown = [
        {"at": row.at, "who": people.get(row.actor, row.actor), "subject": row.subject, "why": row.why}
        for row in rows[:PER_PAGE]
    ]
    context = {
        "rows": shown,
        "query": request.GET,
        "before": str(rows[PER_PAGE - 1].id) if len(rows) > PER_PAGE else "",
    }
    return render(request, "identity/reads.html", context)
