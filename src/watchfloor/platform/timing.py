"""How long answers take, by what they are of: the first word of the address's pattern, never of what was asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from watchfloor.platform.meters import METERS

NAME: Final = "watchfloor_http_request_duration_seconds"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_WORD = re.compile(r"\^?([a-z0-9][a-z0-9._-]*)")


def timing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: from the first of ours to the answer; a stream counts until it begins."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        METERS.observe(NAME, time.perf_counter() - started, area=area(request), code=f"{response.status_code // 100}xx")
        return response

    return middleware


def area(request: HttpRequest) -> str:
    """``review`` of review/cases/<id>; of the API the word after it (``v1/sql``); ``other`` where nothing is."""
    found = getattr(request, "resolver_match", None)
    words = (found.route if found is not None else "").split("/")
    named = [match[1] for word in words if (match := _WORD.fullmatch(word))]
    if not named:
        return "home" if found is not None else "other"
    return "/".join(named[:2]) if named[0] in ("v1", "v2") else named[0]


async def timed(name: str, app: Callable[..., Awaitable[None]], scope: Scope, receive: Receive, send: Send) -> None:
    """An app that is mounted beside Django."""
    started, code = time.perf_counter(), "5xx"

    async def watched(message: MutableMapping[str, Any]) -> None:
        nonlocal code
        if message["type"] == "http.response.start":
            code = f"{message['status'] // 100}xx"
        await send(message)

    try:
        await app(scope, receive, watched)
    finally:
        METERS.observe(NAME, time.perf_counter() - started, area=name, code=code)
