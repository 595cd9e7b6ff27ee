"""What the frame around every page needs to know; a context processor of the Jinja backend."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from watchfloor.console import access, nav
from watchfloor.console.filters.text import initials
from watchfloor.identity import preferences
from watchfloor.kernel import clock
from watchfloor.platform.cookies import taste

STOP_SHOWN = ("/floor", "/settings", "/rules", "/enforcement")
THEMES, DENSITIES = preferences.THEMES, preferences.DENSITIES


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names for ``console/base.html``: navigation, the viewer, language and direction, theme, density, addresses."""
    language = translation.get_language() or "en"
    mine = preferences.of(getattr(request, "user", None))
    return {
        "nav": nav.visible(request.path, access.may(request)),
        "account": account(request),
        "language": language,
        "languages": settings.LANGUAGES,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "zone": timezone.get_current_timezone_name(),
        "server_time": clock.now().isoformat(timespec="milliseconds"),
        "theme": mine.theme or _chosen(request, "wf-theme", THEMES),
        "density": mine.density or _chosen(request, "wf-density", DENSITIES),
        "single_keys": mine.single_keys,
        "keep_url": _address("my-settings-keep") if account(request) else "",
        "is_kept": {"theme": mine.theme is not None, "density": mine.density is not None},
        "live_url": _address("live"),
        "palette_url": _address("console-palette"),
        "home_url": _address("home") or "/",
        "notices": _messages(request),
        "automation_stop": _automation_stop(request),
        "is_debug": settings.DEBUG,
    }


def account(request: HttpRequest) -> dict[str, Any] | None:
    """The signed-in person as the account menu shows them, or None."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    name = str(user)
    return {
        "name": name,
        "login": user.get_username(),
        "initials": initials(name),
        "settings_url": _address("account") or _address("account_email"),
        "mine_url": _address("my-settings"),
        "sign_out_url": _address("signon_leave"),
    }


def _automation_stop(request: HttpRequest) -> Any:
    """That automatic actions are stopped, on the pages of those who run the floor, write rules or set things up."""
    at = request.path
    if not any(at == start or at.startswith(f"{start}/") for start in STOP_SHOWN):
        return None
    may = access.may(request)
    if not (may("enforcement.view") or may("floor.view") or may("rule.view")):
        return None
    from watchfloor.enforcement import automation

    return automation.stopped()


def _chosen(request: HttpRequest, cookie: str, allowed: tuple[str, ...]) -> str:
    value = taste(request, cookie)
    return value if value in allowed else allowed[0]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _messages(request: HttpRequest) -> list[dict[str, str]]:
    """Django's one-time messages, as toasts."""
    if not hasattr(request, "_messages"):
        return []
    from django.contrib.messages import get_messages

    kinds = {"success": "green", "error": "red", "warning": "amber"}
    return [{"text": str(message), "kind": kinds.get(message.level_tag, "")} for message in get_messages(request)]
