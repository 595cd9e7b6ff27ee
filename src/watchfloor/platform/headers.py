"""The headers that every answer carries, of pages, of the API and of intake's own small apps; nowhere else are they written.

Nothing is loaded unless it is named, scripts come from the server itself only, and strings become scripts in no way (Trusted Types:
the one policy is in ``frontend/src/trusted.ts``). With an ``https`` address the browser is told never to come by another way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

YEAR_S = 365 * 86_400


def page_policy(media_origin: str) -> str:
    """The content policy of pages: all is forbidden but what is named."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        f"img-src 'self' data: {media_origin}; media-src 'self' {media_origin}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types default"
    )


def transport(public_url: str) -> dict[str, str]:
    """Never by plain HTTP again, once it was reached by ``https``."""
    return (
        {"Strict-Transport-Security": f"max-age={YEAR_S}; includeSubDomains"} if public_url.startswith("https:") else {}
    )


PAGES = {
    "Content-Security-Policy": page_policy(settings.MEDIA_ORIGIN),
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    **transport(settings.PUBLIC_URL),
}
DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    **transport(settings.PUBLIC_URL),
}


def with_data_headers(app: App) -> App:
    """An ASGI app whose answers are data and never a page."""
    fields = [(name.lower().encode(), value.encode()) for name, value in DATA.items()]

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *fields]
            await send(message)

        await app(scope, receive, send_more)

    return wrapped
