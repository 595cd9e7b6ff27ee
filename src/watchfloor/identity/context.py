"""What the sign-in page needs; a context processor, so that allauth's own view can stay as it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from watchfloor.identity import demo


def sign_in(request: HttpRequest) -> dict[str, Any]:
    """``demo_cards`` is a function: asked for by the one page that shows them."""
    return {
        "demo_cards": demo.cards,
        "mail_works": not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend")),
    }
