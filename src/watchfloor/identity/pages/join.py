"""A one-time link: choose a password and come in."""

from __future__ import annotations

import uuid

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from watchfloor.identity import actions, guard
from watchfloor.identity.demo import BACKEND
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import browser_zone
from watchfloor.identity.models import User
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render


@guard.everyone("The address holds a one-time key.")
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, uid: str, key: str) -> HttpResponse:
    """The link works once, for 72 hours; afterwards it says so."""
    user = _whose(uid)
    if user is None or not actions.link_works(user, key):
        return render(request, "identity/join_dead.html", status=410)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(f"user:{user.pk}") as w:
            user = actions.join(w, user, key, request.POST.get("password", ""), request.POST.get("again", ""))
            if not user.time_zone:
                actions.prefer(user, time_zone=browser_zone(request))
        if not errors:
            return _enter(request, user)
    return render(request, "identity/join.html", {"person": user, "errors": errors}, status=422 if errors else 200)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Signed in at once; who has a second factor goes by the front door, so that it is asked for."""
    from allauth.mfa.utils import is_mfa_enabled

    if is_mfa_enabled(user):
        return redirect("account_login")
    request.signed_in_by = "link"  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    return redirect("home")


def _whose(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=uuid.UUID(urlsafe_base64_decode(uid).decode())).first()
    except (ValueError, UnicodeDecodeError):
        return None
