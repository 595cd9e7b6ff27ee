"""The error pages: what happened, where, and how to go on. Named as ``handler400`` ... ``handler500`` in the project's URLs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.utils import translation

from watchfloor.platform import security_log
from watchfloor.platform.cookies import taste
from watchfloor.platform.programs import PROGRAMS


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """Rendered without context processors: an error page must not depend on the part that failed."""
    names = {
        "status": status,
        "language": translation.get_language() or "en",
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "theme": taste(request, "wf-theme") or "auto",
        "density": "comfortable",
        "message": "",
        "hint": "",
        "reference": "",
        **context,
    }
    template = engines["jinja2"].get_template(f"console/errors/{status}.html")
    return HttpResponse(template.render(names), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request cannot be used."""
    return _page(request, 400, **_words(exception))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known, but not allowed."""
    return _page(request, 403, **_words(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old (``CSRF_FAILURE_VIEW``)."""
    security_log.refused(request, "csrf")
    message = translation.gettext("This form is too old, or did not come from here.")
    return _page(request, 403, message=message, hint=translation.gettext("Go back, reload the page and send it again."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: it does not exist, or the viewer may not know that it does."""
    if request.path.startswith(PROGRAMS):
        return JsonResponse(
            {"error": {"code": "not_found", "message": "There is nothing at this address."}}, status=404
        )
    return _page(request, 404, **_words(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return _page(request, 500)


def _words(exception: Exception | None) -> dict[str, str]:
    """The sentence and hint of an error of our own; nothing from any other exception is shown."""
    from watchfloor.kernel.errors import WatchfloorError

    if isinstance(exception, WatchfloorError):
        return {"message": exception.message, "hint": exception.hint}
    return {}
