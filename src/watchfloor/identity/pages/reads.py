"""Who looked at restricted things: the log itself, newest first."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import RestrictedRead, User
from watchfloor.platform.render import render

PER_PAGE = 50


@require_safe
@guard.page("reads.view")
def index(request: HttpRequest) -> HttpResponse:
    """``?subject=``, ``?person=`` (a user id) narrow it; ``?before=`` (an id) goes on.

    Which thing it was is said only to those who might open it; others read that somebody looked at something of its kind.
    """
    actor = actor_of(request)
    found = RestrictedRead.objects.order_by("-id")
    if request.GET.get("subject"):
        found = found.filter(subject=request.GET["subject"][:120], clearance__in=_cleared(actor))
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
        {"at": row.at, "who": people.get(row.actor, row.actor), "why": row.why, "under": row.under, **_what(actor, row)}
        for row in rows[:PER_PAGE]
    ]
    context = {
        "rows": shown,
        "query": request.GET,
        "before": str(rows[PER_PAGE - 1].id) if len(rows) > PER_PAGE else "",
    }
    return render(request, "identity/reads.html", context)


def _cleared(actor: Actor) -> list[str]:
    """The clearances whose things this reader may have named."""
    known = RestrictedRead.objects.order_by().values_list("clearance", flat=True).distinct()
    return [name for name in known if name and actor.may("restricted.view", clearance=name)]


def _what(actor: Actor, row: RestrictedRead) -> dict[str, str]:
    kind = row.subject.partition(":")[0]
    named = bool(row.clearance) and actor.may("restricted.view", clearance=row.clearance)
    return {"subject": row.subject if named else "", "kind": kind}
