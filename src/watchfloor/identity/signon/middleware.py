"""What holds of a session at each click: that nobody ended it, the house's rules, from where, with which proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity import audit
from watchfloor.identity.middleware import UNATTENDED
from watchfloor.identity.models import User
from watchfloor.identity.signon import policies, proof, sessions
from watchfloor.identity.signon.models import Session
from watchfloor.kernel import clock
from watchfloor.platform import addresses
from watchfloor.platform.render import render

Handler = Callable[[HttpRequest], HttpResponse]
BEGAN = "wf-began"  # in the session, by the machine's clock
LONGEST = settings.SESSION_COOKIE_AGE // 3600  # hours, where the house says nothing
FACTOR_PAGES = (
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/account/sign-on/",
    "/language",
    "/console/",
)


class _SessionsHold:
    """Ends what is over, keeps out who comes from elsewhere, sends to a second factor, or to proof of it, who needs one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if request.path.startswith(UNATTENDED) or not user.is_authenticated:
            return self.get_response(request)
        assert isinstance(user, User)
        stopped = _stopped(request, user)
        if stopped is not None:
            return stopped
        with audit.asking(lambda: sessions.proof_needed(request, user)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, audit.ProofNeeded):
            return None
        if request.headers.get("Accept", "").startswith("application/json"):
            body = {"code": "proof_needed", "message": "Prove again who you are.", "hint": f"Open {reverse('prove')}."}
            return JsonResponse({"error": body}, status=403)
        return proof.to_prove(request)


def sessions_hold(get_response: Handler) -> Handler:
    """Django wants a callable; the class holds ``process_exception``."""
    return _SessionsHold(get_response)


def _stopped(request: HttpRequest, user: User) -> HttpResponse | None:
    row = Session.objects.filter(key_digest=sessions.key_of(request)).first()
    if row is None or row.user_id != user.pk:
        row = sessions.begun(request, user, "")
    now = clock.now()
    asked = policies.of_person(user.pk)
    if row.ended_at is not None:
        return _out(request, _("This session was ended."))
    if asked.lifetime_hours is not None:
        over, hours = now - row.began_at > timedelta(hours=asked.lifetime_hours), asked.lifetime_hours
    else:  # the cookie alone would be renewed for as long as somebody goes on
        over, hours = time.time() - request.session.setdefault(BEGAN, int(time.time())) > LONGEST * 3600, LONGEST
    if over:
        sessions.note_end(row, "lifetime")
        return _out(request, _("You were signed out: a session lasts %(hours)s hours here.") % {"hours": hours})
    if asked.idle_minutes is not None and now - row.seen_at > timedelta(minutes=asked.idle_minutes):
        sessions.note_end(row, "idle")
        return _out(request, _("You were signed out because nothing was done for a while."))
    address = addresses.client_of(request)
    if not all(addresses.within(address, networks) for networks in asked.networks):
        return render(request, "identity_signon/elsewhere.html", {"address": address}, status=403)
    if asked.second_factor and not request.path.startswith(FACTOR_PAGES) and not _strong(request, user):
        messages.warning(request, _("Your role asks for a passkey or an authenticator app. Add one to go on."))
        return redirect("mfa_index")
    if "text/event-stream" not in request.headers.get("Accept", ""):
        sessions.as_seen(row, request, now)
    return None


def _strong(request: HttpRequest, user: User) -> bool:
    """Whether somebody has a second factor, or needs none: their provider asks for it, or they are no person."""
    return bool(request.session.get(sessions.STRONG)) or user.simulated or sessions.has_factor(user)


def _out(request: HttpRequest, why: str) -> HttpResponse:
    logout(request)
    messages.info(request, why)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
