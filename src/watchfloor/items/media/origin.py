"""The second origin: a small ASGI app that gives renditions and video to those who hold a signed address, and nothing else.

It knows no cookies and no sessions. Every answer is sandboxed (CSP), never sniffed, never stored, and refuses to be a page: a browser
that navigates to it gets an error. At each request the person's rights are looked at again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from watchfloor.items.media import signed, store, watchers
from watchfloor.items.media.access import may_see, person
from watchfloor.items.media.actions import by_id
from watchfloor.items.media.contracts import Viewed
from watchfloor.items.media.models import Media
from watchfloor.items.media.queries import PLAYABLE
from watchfloor.items.media.sealed import Reader
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.kernel.ids import decode
from watchfloor.platform import health

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)
PART = 256 * 1024  # bytes sent at a time
MOST_OF_RANGE = 8 * 1024 * 1024  # an open range is answered with so much of it; players ask on
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PAGES = frozenset(
    {"document", "iframe", "frame", "embed", "object", "script", "style", "worker", "serviceworker", "sharedworker"}
)
_HEADERS = {
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store, private",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-robots-tag": "noindex, noimageindex",
}


class Wanted(msgspec.Struct, frozen=True):
    """What an address leads to, once it is allowed."""

    media: Media
    variant: str  # as stored: original, poster, small, strip
    mime: str
    filename: str


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] == "http" and scope["path"] in health.PATHS:
        await health.respond(scope, send)
        return
    if scope["type"] != "http":
        raise NotImplementedError(f"the media origin does not speak {scope['type']}")
    try:
        await _answer(scope, send)
    except WatchfloorError as error:
        await _say(send, error.status, error.as_dict())
    except Exception:
        log.exception("the media origin failed")
        await _say(send, 500, {"code": "internal", "message": "Something failed here."})


async def _answer(scope: Scope, send: Send) -> None:
    method = scope["method"]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/" or scope["path"] == "/health":
        await _say(send, 200, {"message": "Watchfloor's media origin. There is nothing here without a signed address."})
        return
    if method not in {"GET", "HEAD"}:
        await _say(send, 405, {"code": "method_not_allowed", "message": "Only GET and HEAD."}, {"allow": "GET, HEAD"})
        return
    if headers.get("sec-fetch-dest", "") in _PAGES:
        raise Forbidden("not_a_page", "Media are shown inside the console, never as a page of their own.")
    claim, signature = signed.check(scope["path"], scope["query_string"].decode("latin-1"))
    wanted = await asyncio.to_thread(_aside, _find, claim, signature, method)
    with contextlib.ExitStack() as stack:
        reader = stack.enter_context(store.opened(wanted.media, wanted.variant))
        await _give(reader, wanted, headers, method, send)


def _find(claim: signed.Claim, signature: str, method: str) -> Wanted:
    """The medium, if whom the address was made for may see it now; told to the watchers."""
    actor = person(claim.actor)
    if actor is None:
        raise Forbidden("nobody", "Whom this address was made for may not see media.")
    try:
        media_id: UUID = decode("med", claim.media_id)
    except BadInput:
        raise NotFound("no_medium", "There is no such medium.") from None
    media = by_id(media_id)
    if media is None or not may_see(actor, media.clearance):
        raise NotFound("no_medium", "There is no such medium.")
    if media.state == Media.State.GONE:
        gone = NotFound("media_gone", "This medium was erased.")
        gone.status = 410
        raise gone
    wanted = _rendition(media, claim)
    viewed = Viewed(
        media_id=claim.media_id, variant=claim.variant, actor=claim.actor, clearance=media.clearance, method=method,
        item_version=claim.item_version,
    )  # fmt: skip
    watchers.tell(viewed, actor, signature)
    return wanted


def _rendition(media: Media, claim: signed.Claim) -> Wanted:
    if claim.variant == "play":
        if media.state == Media.State.READY and media.mime in PLAYABLE:
            return Wanted(media, store.ORIGINAL, media.mime, f"{claim.media_id}.{media.mime.rpartition('/')[2]}")
    elif claim.variant in media.renditions:
        return Wanted(media, claim.variant, media.renditions[claim.variant]["mime"], f"{claim.media_id}.webp")
    raise NotFound("no_rendition", "This medium has no such rendition.")


async def _give(reader: Reader, wanted: Wanted, headers: dict[str, str], method: str, send: Send) -> None:
    start, end, status = range_of(headers.get("range", ""), reader.size)
    fields = {
        **_HEADERS,
        "content-type": wanted.mime,
        "content-length": str(end - start),
        "content-disposition": f'inline; filename="{wanted.filename}"',
        "accept-ranges": "bytes",
        "cross-origin-resource-policy": _resource_policy(),
    }
    if status == 206:
        fields["content-range"] = f"bytes {start}-{end - 1}/{reader.size}"
    first = b"" if method == "HEAD" else await asyncio.to_thread(reader.read_at, start, min(PART, end - start))
    await _start(send, status, fields)
    if method == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    while True:
        start += len(first)
        await send({"type": "http.response.body", "body": first, "more_body": start < end})
        if start >= end:
            return
        first = await asyncio.to_thread(reader.read_at, start, min(PART, end - start))


def range_of(header: str, size: int) -> tuple[int, int, int]:
    """(start, end, status) of a Range header (RFC 9110, section 14): one range only; others are answered with the whole.

    Raises ``WatchfloorError`` with status 416 for a range beyond the end.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or header.strip() == "bytes=-" or max(len(match[1]), len(match[2])) > 18:
        return 0, size, 200
    first, last = match[1], match[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start = int(first)
        end = min(int(last) + 1, size) if last else min(start + MOST_OF_RANGE, size)
    if start >= size or end <= start:
        problem = WatchfloorError("bad_range", f"There are {size:,} bytes.")
        problem.status = 416
        raise problem
    return start, end, 206


def _resource_policy() -> str:
    """Only pages of our own site may embed what is here, where names tell sites apart; loopback's names do not."""
    ours, theirs = urlsplit(settings.MEDIA_ORIGIN), urlsplit(settings.PUBLIC_URL)
    same = ours.hostname == theirs.hostname and ours.scheme == theirs.scheme
    return "same-site" if same and ours.hostname not in {"127.0.0.1", "localhost", "::1"} else "cross-origin"


def _aside(work: Callable[..., Wanted], *arguments: Any) -> Wanted:
    try:
        return work(*arguments)
    finally:
        connection.close()


async def _say(send: Send, status: int, body: dict[str, Any], more: dict[str, str] | None = None) -> None:
    data = msgspec.json.encode({"error": body} if status >= 400 else body)
    fields = {**_HEADERS, "content-type": "application/json", "content-length": str(len(data)), **(more or {})}
    await _start(send, status, fields)
    await send({"type": "http.response.body", "body": data})


async def _start(send: Send, status: int, fields: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
