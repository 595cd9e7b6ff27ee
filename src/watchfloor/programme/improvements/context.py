"""What every page of the console is given for the suggestion box: whether the viewer has one, and whether there is news of theirs."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest

from watchfloor.identity.middleware import actor_of
from watchfloor.programme.improvements.access import SUGGEST
from watchfloor.programme.improvements.models import Suggestion


def box(request: HttpRequest) -> dict[str, Any]:
    """``may_suggest`` and ``suggestion_news()``, how many of one's own suggestions something became of since one looked."""
    may = hasattr(request, "actor") and request.user.is_authenticated and actor_of(request).has(SUGGEST)

    def news() -> int:
        own = Suggestion.objects.filter(made_by=str(actor_of(request)), told_at__isnull=False)
        return own.filter(Q(read_at=None) | Q(read_at__lt=F("told_at"))).count() if may else 0

    return {"may_suggest": may, "suggestion_news": news}
