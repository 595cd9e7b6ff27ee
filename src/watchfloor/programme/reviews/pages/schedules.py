"""Reviews that compose themselves: the schedules, what became of each last, a form for another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.insight.boards.pages.schedules import rhythms
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.render import render
from watchfloor.programme.reviews import exports, queries, sending
from watchfloor.programme.reviews.pages import parts
from watchfloor.programme.reviews.sending import Planned

NAMES = ("template", "vendor", "addresses", "format", "every", "time", "zone", "language")


@require_http_methods(["GET", "HEAD", "POST"])
@page("programme.edit")
def index(request: HttpRequest) -> HttpResponseBase:
    """One's schedules; a POST makes one or ends one."""
    actor = actor_of(request)
    typed = {
        "template": request.GET.get("template", "weekly"), "vendor": "", "addresses": user_of(request).email, "format": "pptx",
        "every": "monday", "time": "08:00", "zone": parts.zone_name(), "language": translation.get_language() or "en", "publish": "on",
    }  # fmt: skip
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed |= {name: request.POST.get(name, typed[name] if name != "addresses" else "") for name in NAMES}
        typed["publish"] = request.POST.get("publish", "")
        try:
            return _do(request, actor, typed)
        except BadInput as problem:
            errors[problem.where or "template"] = problem.message
    names = dict(parts.template_options())
    rows = [
        {
            "row": row, "title": names.get(row.template, row.template), "last": (last := row.runs.order_by("-due_at").first()),
            "url": queries.name_of(last.review) if last is not None and last.review is not None else "",
        }
        for row in sending.listed(actor)
    ]  # fmt: skip
    context: dict[str, Any] = {
        "rows": rows, "typed": typed, "errors": errors, "rhythms": rhythms(), "templates": parts.template_options(),
        "vendors": parts.vendor_options(actor), "formats": [(key, key.upper()) for key in exports.TYPES], "languages": settings.LANGUAGES,
    }  # fmt: skip
    return render(request, "programme/reviews/schedules.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, actor: Actor, typed: dict[str, str]) -> HttpResponseBase:
    if request.POST.get("do") == "stop":
        sending.stop(actor, _id(request.POST.get("schedule", "")))
        messages.success(request, _("It is not composed any more."))
        return redirect("programme-review-schedules")
    hour, _sep, minute = typed["time"].partition(":")
    at = (
        int(hour) * 60 + int(minute)
        if hour.isdecimal() and minute.isdecimal() and len(typed["time"]) == 5 and int(minute) < 60
        else -1
    )
    sending.save(
        actor,
        Planned(
            template=typed["template"], vendor=typed["vendor"], addresses=typed["addresses"], format=typed["format"],
            publish=typed["publish"] == "on", every=typed["every"], minute=at, zone=typed["zone"], language=typed["language"],
        ),
    )  # fmt: skip
    messages.success(request, _("It is composed by itself from now on."))
    return redirect("programme-review-schedules")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no_schedule", "There is no such schedule.") from None
