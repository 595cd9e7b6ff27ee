"""The strip of a stream's stills, as one picture, for whoever may see a case about it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from watchfloor.detection.streams import queries, ring
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.review.pages.in_hand import WORK


@require_safe
@guard.page("case.view", *WORK)
def strip(request: HttpRequest, watch_id: uuid.UUID, case_id: uuid.UUID) -> HttpResponse:
    """``?n=3-9-12``: stills by number, side by side, encoded here from rows of grey: never a byte of the stream's own.

    Shown inside a page, never as one; not kept by anybody.
    """
    watch = queries.looked_at(actor_of(request), watch_id, case_id)
    if request.headers.get("Sec-Fetch-Dest", "image") not in ("image", "empty"):
        raise Forbidden("not_a_page", "Stills are shown inside a page.")
    numbers = [int(each) for each in request.GET.get("n", "").split("-") if each.isdecimal() and len(each) < 10]
    if not numbers:
        raise BadInput("no_stills", "Say which stills.", where="n", hint="Like 3-9-12.")
    data, _ = ring.strip(watch, numbers)
    response = HttpResponse(data, content_type="image/webp")
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return response
