"""The one server entry: intake's small app in front, Django behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from watchfloor.platform import config, tracing
from watchfloor.platform.meters import METERS
from watchfloor.platform.setup import setup
from watchfloor.platform.timing import timed

setup()

from django.core.asgi import get_asgi_application  # noqa: E402

from watchfloor.intake.asgi import app as intake_app  # noqa: E402
from watchfloor.intake.media import app as media_app  # noqa: E402
from watchfloor.interop.atproto.stream import PATH as LABELS  # noqa: E402
from watchfloor.interop.atproto.stream import app as labels_app  # noqa: E402
from watchfloor.platform import health, heap, schema  # noqa: E402
from watchfloor.platform.headers import with_data_headers  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_django = get_asgi_application()
_intake = with_data_headers(intake_app)
_media = with_data_headers(media_app)
UPLOADS = "/v1/media"
INTAKE = ("/v1/reports", "/v1/events", "/v1/verdicts")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hot intake paths and uploads, which may be large, skip Django's middleware; all else is Django's."""
    if scope["type"] == "http" and scope["path"] in health.PATHS:
        await health.respond(scope, send)
    elif scope["type"] == "lifespan":
        heap.settle()
        await schema.awaited()
        METERS.start(config.home(), "web")
        tracing.start("web")
        await intake_app(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].rstrip("/") in INTAKE:
        await timed("intake", _intake, scope, receive, send)
    elif scope["type"] == "http" and scope["path"].rstrip("/") == UPLOADS:
        await timed("uploads", _media, scope, receive, send)
    elif scope["type"] == "websocket":
        if scope["path"] == LABELS:
            await labels_app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})
    else:
        await _django(scope, receive, send)  # type: ignore[arg-type]  # Django names narrower mappings
