"""Proof asked again, beside a page: ``@proof.fresh`` under ``@guard.page``; the page of the way to give it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from watchfloor.identity.models import User
from watchfloor.identity.signon import sessions

View = Callable[..., HttpResponseBase]
When = Callable[[HttpRequest], bool]


def fresh(when: When | None = None, *, everyone: bool = False) -> Callable[[View], View]:
    """Who opens this page, or sends this form, has proved within the last minutes who they are.

    ``when(request)``: only then (a mass action beyond its limit, say); not given: whenever something is sent, and on opening a page that
    can do nothing else. ``everyone``: also of who has no second factor, by whatever they sign in with.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            wanted = when(request) if when is not None else request.method == "POST"
            if (
                wanted
                and isinstance(request.user, User)
                and sessions.proof_needed(request, request.user, everyone=everyone)
            ):
                return to_prove(request)
            return view(request, *args, **kwargs)

        guarded.fresh = True  # type: ignore[attr-defined]
        return guarded

    return decorate


def to_prove(request: HttpRequest) -> HttpResponseBase:
    """To the page of proof, and back to where somebody was; what they sent was not done."""
    place = request.get_full_path()
    if request.method == "POST":
        came = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(
            came, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        place = came if safe else "/"
        messages.info(request, _("Nothing was done yet. Prove that it is you, then press the button again."))
    address = f"{reverse('prove')}?{urlencode({'next': place})}"
    if request.headers.get("HX-Request") == "true":
        response = redirect(address)
        response.status_code = 200
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address)
