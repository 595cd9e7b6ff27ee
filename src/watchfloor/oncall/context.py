"""What every page of the console is given by on-call: which pages ring for the viewer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from watchfloor.identity.middleware import actor_of
from watchfloor.oncall import checks, queries


def bell(request: HttpRequest) -> dict[str, Any]:
    """``pages_ring``: the pages this viewer was called for and nobody has acknowledged, the worst first; asked for by the top bar.

    ``pager_silent``: the check of the pager where nobody answered it; asked for by the pages of on-call.
    """

    def ring() -> list[UUID]:
        if not hasattr(request, "actor") or not request.user.is_authenticated:
            return []
        return list(queries.ringing(actor_of(request)).values_list("pk", flat=True)[:99])

    return {"pages_ring": ring, "pager_silent": checks.silent}
