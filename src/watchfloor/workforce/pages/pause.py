"""Breathing room: the page after a step back, breaks that begin and end, and what is known about this work."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.render import render
from watchfloor.workforce import paces, wellbeing

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster")


@require_safe
@guard.page()
def pause(request: HttpRequest) -> HttpResponse:
    """Nothing to do here. Whoever wants goes on; whoever wants a break takes it; whom to talk to stands here, too."""
    actor = actor_of(request)
    person = UUID(actor.id)
    context = {
        "support": wellbeing.profile(person).support,
        "resting": wellbeing.on_break(person),
        "works": any(actor.has(name) for name in WORK),
    }
    return render(request, "workforce/pause.html", context)


@require_POST
@guard.page()
def take(request: HttpRequest) -> HttpResponse:
    """Begin a break."""
    paces.take_break(actor_of(request))
    return redirect("wellbeing-pause")


@require_POST
@guard.page()
def back(request: HttpRequest) -> HttpResponse:
    """Come back from it."""
    left = paces.come_back(actor_of(request))
    if left:
        minutes = max(1, round(left.total_seconds() / 60))
        text = ngettext(
            "The break that is due has %(num)s minute to go; work waits for it.",
            "The break that is due has %(num)s minutes to go; work waits for it.", minutes,
        )  # fmt: skip
        messages.info(request, text % {"num": minutes})
        return redirect("wellbeing-pause")
    messages.success(request, _("Good to have you back."))
    return redirect("home")


@require_safe
@guard.page()
def evidence(request: HttpRequest) -> HttpResponse:
    """What research says of filters, limits and breaks, and what it does not."""
    return render(request, "workforce/evidence.html")
