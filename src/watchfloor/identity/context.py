"""What the sign-in pages need; a context processor, so that allauth's own views can stay as they are."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from watchfloor.identity import demo, glass_queries
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.signon import providers

SILENT = ("console.EmailBackend", "dummy.EmailBackend")


def sign_in(request: HttpRequest) -> dict[str, Any]:
    """``demo_cards`` is a function: asked for by the one page that shows them.

    A passkey belongs to a host name; browsers refuse one for a bare address (WebAuthn, section 5.1.3: the effective domain).
    """
    return {
        "demo_cards": demo.cards,
        "mail_works": not settings.EMAIL_BACKEND.endswith(SILENT),
        "passkeys_work": not _bare_address(request.get_host()),
        "passkey_address": _by_name(request),
        "sign_on_providers": providers.offered,
    }


def bell(request: HttpRequest) -> dict[str, Any]:
    """``glass_rings``: how many breakings of the glass wait for this viewer's eyes; asked for by the top bar of every page."""

    def count() -> int:
        return glass_queries.waiting(actor_of(request)) if hasattr(request, "actor") else 0

    return {"glass_rings": count}


def _bare_address(host: str) -> bool:
    try:
        ipaddress.ip_address((host if host.endswith("]") else host.rsplit(":", 1)[0]).strip("[]"))
    except ValueError:
        return False
    return True


def _by_name(request: HttpRequest) -> str:
    """The same server by its name, on this machine; an empty string elsewhere."""
    host, _, port = request.get_host().rpartition(":")
    return f"{request.scheme}://localhost:{port}{request.path}" if host in {"127.0.0.1", "[::1]"} else ""
