"""``/staffing/mine``: one's own shifts, what one would rather work, shifts that colleagues offer, and the calendar to subscribe to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform import datefields
from watchfloor.platform.render import render
from watchfloor.staffing import asking, weekly
from watchfloor.staffing import mine as own
from watchfloor.staffing.domain.week import LETTERS
from watchfloor.staffing.models import Swap
from watchfloor.staffing.pages import words
from watchfloor.workforce.models import Vendor


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("review.work", "review.appeal", "review.escalation", "review.cluster")
def mine(request: HttpRequest) -> HttpResponseBase:
    """A POST says what one wishes, offers a shift, takes an offer or takes one's own back."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            _do(request, actor)
        if not errors:
            return redirect("staffing-mine")
    try:
        person = own.me(actor)
    except NotFound:
        return render(request, "staffing/mine.html", {"person": None, "tabs": words.tabs(actor, "mine")})
    now = clock.now()
    shifts = [each for each in own.shifts(person, now.date()) if each.end > now - timedelta(days=1)]
    offers = list(own.offers(person))
    offered = {(each.week, each.begin): each for each in offers if each.asker == person.pk}
    wishes = own.wishes(person)
    zone = weekly.zone_of(Vendor.objects.get(key=person.vendor_key))
    context = {
        "person": person, "asks": asking.waiting(person), "tabs": words.tabs(actor, "mine"), "errors": errors, "typed": request.POST,
        "shifts": [{"shift": each, "offer": offered.get((each.row.week, each.hour)), "ahead": each.start > now} for each in shifts],
        "offers": _offers(offers, shifts, person.pk, zone),
        "names": names_of(f"user:{each.asker}" for each in offers), "wishes": wishes,
        "hours": [(f"{hour:02}:00", f"{hour:02}:00") for hour in LETTERS.values()], "weekdays": words.weekdays(),
        "feed": settings.PUBLIC_URL.rstrip("/") + reverse("staffing-feed", args=[own.feed_token(User.objects.get(pk=person.pk))]),
    }  # fmt: skip
    return render(request, "staffing/mine.html", context, status=422 if errors else 200)


@guard.everyone("The address holds a signed token of one person; it ends with their account or their sessions.")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """``/staffing/feed/<token>.ics``"""
    text = own.feed(token)
    if text is None:
        raise NotFound("unknown_feed", "There is no such calendar.")
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def _do(request: HttpRequest, actor: Actor) -> None:
    post, what = request.POST, request.POST.get("do", "")
    if what == "wish":
        own.wish(
            actor, starts=post.getlist("starts"), days_off=post.getlist("days_off"), away=post.get("away", "").split()
        )
        messages.success(request, _("Saved. Rosters made from now on heed it."))
    elif what == "offer":
        own.offer(actor, datefields.day(post.get("week", ""), "week"), _number(post.get("begin", "")))
        messages.success(request, _("Your colleagues see the offer."))
    elif what == "withdraw":
        own.withdraw(actor, _uuid(post.get("offer", "")))
        messages.success(request, _("The offer is taken back."))
    elif what == "take":
        text = post.get("given", "")
        own.take(actor, _uuid(post.get("offer", "")), _number(text) if text else None)
        messages.success(request, _("The shift is yours; the roster is published anew."))
    elif what in ("agree", "decline"):
        asking.answer(actor, _uuid(post.get("ask", "")), agrees=what == "agree")
        messages.success(
            request,
            _("Thank you; the roster is published anew.") if what == "agree" else _("Your shift stays as it is."),
        )
    else:
        raise BadInput("unknown_step", _("There is no such thing to do."), where="main")


def _offers(offers: list[Swap], shifts: list[own.MyShift], me: UUID, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Offers of colleagues, each with one's own shifts of that week that could be given for it."""
    now = clock.now()
    return [
        {
            "row": each, "start": _start(zone, each.week, each.begin),
            "mine": [one for one in shifts if one.row.week == each.week and one.start > now],
        }
        for each in offers if each.asker != me
    ]  # fmt: skip


def _start(zone: ZoneInfo, week: date, hour: int) -> datetime:
    return (datetime.combine(week, time(0), zone) + timedelta(hours=hour)).astimezone(UTC)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no_offer", "There is no such offer.") from None
