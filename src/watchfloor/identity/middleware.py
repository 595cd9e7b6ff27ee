"""What every request is given: the actor, the viewer's language and time zone; and what ends it: idling, an empty house."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable
from copy import copy
from functools import cache
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from watchfloor.identity.domain import NOBODY, Actor
from watchfloor.identity.models import User
from watchfloor.identity.programs import tell_rate
from watchfloor.identity.queries import actor_for
from watchfloor.platform import cookies
from watchfloor.platform.programs import PROGRAMS

Handler = Callable[[HttpRequest], HttpResponse]

ZONE_COOKIE = "wf-zone"  # the browser's own zone, set by the page's first script
SEEN = "wf-seen"
SEEN_EVERY = 60
UNATTENDED = (*PROGRAMS, "/static/")


def set_actor(get_response: Handler) -> Handler:
    """``request.actor``: an ``Actor``; ``NOBODY`` when not signed in. Worked out once and only when asked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        def find() -> Actor:
            return actor_for(request.user) if request.user.is_authenticated else NOBODY

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]
        response = get_response(request)
        tell_rate(request, response)
        return response

    return middleware


def actor_of(request: HttpRequest) -> Actor:
    """The request's actor itself: a lazy stand-in is no struct, so it cannot be compared, copied or narrowed."""
    found = request.actor  # type: ignore[attr-defined]
    if isinstance(found, SimpleLazyObject):
        found = request.actor = copy(found) if found.kind else found  # type: ignore[attr-defined]
    return cast(Actor, found)


def user_of(request: HttpRequest) -> User:
    """The signed-in person, typed; only behind ``guard.page``."""
    return cast(User, request.user)


def first_run(get_response: Handler) -> Handler:
    """While nobody can sign in yet, every page leads to the one that makes the administrator."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(UNATTENDED) or request.user.is_authenticated:
            return get_response(request)
        try:
            welcome = reverse("welcome")
        except NoReverseMatch:
            return get_response(request)
        if request.path == welcome or User.objects.exists():
            return get_response(request)
        return HttpResponseRedirect(welcome)

    return middleware


def idle(get_response: Handler) -> Handler:
    """Signs out who has not asked for anything for ``SESSION_IDLE_MINUTES`` (0: never). Live streams do not count as asking."""

    def middleware(request: HttpRequest) -> HttpResponse:
        limit = settings.SESSION_IDLE_MINUTES * 60
        if not limit or request.path.startswith(UNATTENDED) or not request.user.is_authenticated:
            return get_response(request)
        now = int(time.time())  # of the machine, not the replayable clock: a session is not part of the record
        seen = request.session.get(SEEN, now)
        if now - seen > limit:
            logout(request)
            messages.info(request, _("You were signed out because nothing was done for a while."))
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if "text/event-stream" not in request.headers.get("Accept", "") and (
            SEEN not in request.session or now - seen >= SEEN_EVERY
        ):
            request.session[SEEN] = now
        return get_response(request)

    return middleware


def viewer(get_response: Handler) -> Handler:
    """Language and time zone as the viewer set them; else the browser's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        language = user.language if user else ""
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = zone_of(request)
        with timezone.override(zone):
            response = get_response(request)
        if language:
            response.headers["Content-Language"] = language
        return response

    return middleware


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The viewer's own zone, else the one the browser told us, else UTC."""
    own = request.user.time_zone if request.user.is_authenticated else ""
    return _known(own) or _known(browser_zone(request)) or zoneinfo.ZoneInfo("UTC")


def browser_zone(request: HttpRequest) -> str:
    """The zone in the browser's cookie, or an empty string when it is none we know."""
    name = cookies.taste(request, ZONE_COOKIE).replace("%2F", "/")
    return name if name in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    """All zone names; finding them walks a folder of the system, so it is done once."""
    return frozenset(zoneinfo.available_timezones())


def _known(name: str) -> zoneinfo.ZoneInfo | None:
    if not name:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
