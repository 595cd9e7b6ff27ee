"""Cookies that hold a taste (theme, time zone): by a name that over TLS only this very host can set."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def taste(request: HttpRequest, name: str) -> str:
    """What the browser keeps under this name, "" for nothing; written by the page's own scripts (frontend/src/cookie.ts)."""
    return request.COOKIES.get(f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name, "")
