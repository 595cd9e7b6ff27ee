"""Choosing the language before one has signed in: it is kept in this browser, and with the person once one is known."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from watchfloor.identity import actions, guard
from watchfloor.identity.middleware import user_of


@require_POST
@guard.everyone("Changes only the language in which this browser, or whoever is signed in, reads.")
def choose(request: HttpRequest) -> HttpResponse:
    """``language`` is a code of ``settings.LANGUAGES``, "" for the browser's own; leads back to ``next`` on this site."""
    language = actions.known_language(request.POST.get("language", ""))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.user.is_authenticated:
        actions.prefer(user_of(request), language=language)
    response = HttpResponseRedirect(back)
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        )  # fmt: skip
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response
