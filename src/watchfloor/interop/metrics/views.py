"""``/metrics``: for a token that may read them, or from addresses that were named (never by way of a proxy).

Nobody is told apart by their address unless ``WATCHFLOOR_METRICS_ALLOW`` says so: behind a proxy every visitor has the proxy's.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.queries import token_for
from watchfloor.interop.metrics import reading, text

PERMISSION = "installation.metrics"
OPEN = "It asks for a token that may read metrics, or an address that was named, and answers nothing without."
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@guard.everyone(OPEN)
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, in the text format or as OpenMetrics, as the scraper asks."""
    if not (_named(request) or _token(request)):
        return HttpResponse(
            "This needs a token that may read metrics.\n", status=401, content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    openmetrics = "application/openmetrics-text" in request.headers.get("Accept", "")
    body = text.written(reading.families(), openmetrics=openmetrics)
    return HttpResponse(
        body, content_type=text.OPEN if openmetrics else text.PLAIN, headers={"Cache-Control": "no-store"}
    )


def _token(request: HttpRequest) -> bool:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = token_for(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    return token is not None and PERMISSION in token.permissions


def _named(request: HttpRequest) -> bool:
    if not settings.METRICS_ALLOW or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(each, strict=False) for each in settings.METRICS_ALLOW)
