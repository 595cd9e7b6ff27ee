"""One review to read, its files, its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.render import render
from watchfloor.programme.reviews import access, actions, exports, queries, shown
from watchfloor.programme.reviews.models import Review
from watchfloor.programme.reviews.pages import parts
from watchfloor.programme.reviews.shown import Shown


@require_safe
@page("programme.view", "programme.edit", "vendor.work")
def one(request: HttpRequest, review_id: str) -> HttpResponseBase:
    """The published version; its writers read the newest. ``?version=2`` is how it was."""
    actor = actor_of(request)
    row = parts.review_of(actor, review_id)
    drawn, number = _drawn(actor, row, request.GET.get("version", ""))
    context: dict[str, Any] = {
        "row": row, "shown": drawn, "number": number, "name": review_id, "may_write": access.may_write(actor, row),
        "state": parts.state_of(row), "outside": access.is_outside(actor, row), "formats": list(exports.TYPES), **parts.tools(),
    }  # fmt: skip
    return render(request, "programme/reviews/one.html", context)


@require_safe
@page("programme.view", "programme.edit", "vendor.work")
def export(request: HttpRequest, review_id: str) -> HttpResponseBase:
    """The review as a file."""
    actor = actor_of(request)
    row = parts.review_of(actor, review_id)
    drawn, _number = _drawn(actor, row, request.GET.get("version", ""))
    return parts.answer(exports.make(drawn, request.GET.get("format", "pdf")))


@require_http_methods(["GET", "HEAD", "POST"])
@page("programme.edit")
def versions(request: HttpRequest, review_id: str) -> HttpResponseBase:
    """How it was; a POST puts a version back, or the review away."""
    actor = actor_of(request)
    row = parts.review_of(actor, review_id)
    if request.method == "POST":
        do, number = request.POST.get("do", ""), request.POST.get("number", "")
        if do == "restore":
            actions.restore(actor, row.pk, int(number) if number.isdecimal() and len(number) < 9 else 0)
            messages.success(request, _("Put back as the newest version."))
        elif do in ("archive", "unarchive"):
            actions.archive(actor, row.pk, back=do == "unarchive")
            messages.success(request, _("Put away.") if do == "archive" else _("Taken out again."))
        return redirect("programme-review-versions", review_id)
    rows = queries.versions(row)
    context = {
        "row": row, "name": review_id, "rows": rows, "names": names_of(each.saved_by for each in rows),
        "may_write": access.may_write(actor, row),
    }  # fmt: skip
    return render(request, "programme/reviews/versions.html", context)


def _drawn(actor: Actor, row: Review, version: str) -> tuple[Shown, int]:
    wanted = int(version) if version.isdecimal() and len(version) < 9 else 0
    document, title, number = queries.read_by(actor, row, wanted)
    return shown.of(actor, row, document, title=title, number=number), number
