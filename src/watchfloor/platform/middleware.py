"""What every answer gets: security headers, and errors told so that a person or a program can act on them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from watchfloor.kernel.errors import Forbidden, NotFound, Overloaded, WatchfloorError
from watchfloor.platform import headers, security_log
from watchfloor.platform.programs import PROGRAMS
from watchfloor.platform.unfit import as_bad_input

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)
ECHOES = frozenset({"TRACE", "TRACK"})  # methods whose answer would be the question, cookies and all


def allow_styles(response: HttpResponse, nonce: str) -> None:
    """Let a page's script add style sheets that carry this nonce (the rule editor does); all else stays as it is."""
    policy = headers.PAGES["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace(
        "style-src 'self'", f"style-src 'self' 'nonce-{nonce}'"
    )


def security_headers(get_response: Handler) -> Handler:
    """A content policy under which nothing loads from outside (but media from our second origin) and no inline script runs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ECHOES:
            response: HttpResponse = HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
        else:
            response = get_response(request)
        for name, value in headers.PAGES.items():
            response.headers.setdefault(name, value)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class _ErrorsForPeople:
    """Turns an expected error into the right status: JSON for programs, a page for people."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:  # no name of anything has it, and the database cannot even be asked
            found = self.process_exception(request, NotFound("not_found", "There is nothing at this address."))
            assert found is not None
            return found
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, WatchfloorError):
            unfit = as_bad_input(error)
            if unfit is None:
                return None
            error = unfit
        if isinstance(error, Forbidden):
            security_log.refused(request, error.code)
        if request.path.startswith(PROGRAMS) or request.headers.get("Accept", "").startswith("application/json"):
            response: HttpResponse = JsonResponse({"error": error.as_dict()}, status=error.status)
        else:
            from watchfloor.platform.render import render

            response = render(request, "console/error.html", {"error": error}, status=error.status)
        if isinstance(error, Overloaded):
            response.headers["Retry-After"] = str(error.retry_after)
        if error.status >= 500 and settings.DEBUG:
            log.exception("expected error with a server status")
        return response


def errors_for_people(get_response: Handler) -> Handler:
    """Django wants a callable; the class holds ``process_exception``."""
    return _ErrorsForPeople(get_response)
