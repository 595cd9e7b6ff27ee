"""The little HTTP the hot endpoints need over bare ASGI: read a bounded body, undo gzip safely, answer JSON."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput, Overloaded, WatchfloorError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 8 * 1024 * 1024
BODY_SECONDS = 30.0


class HttpError(WatchfloorError):
    """An error of the envelope, not of what is in it."""

    def __init__(
        self, status: int, code: str, message: str, *, hint: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.status = status
        self.headers = headers or {}


class Gone(Exception):
    """The client hung up before the request was complete: nobody to answer."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Header fields by lower-case name."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def announced_length(headers: dict[str, str]) -> int:
    """The announced length, checked against the limit; 0 when none is announced."""
    text = headers.get("content-length", "")
    length = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    if length > MAX_BODY:
        raise too_large()
    return length


async def read_body(receive: Receive) -> bytes:
    """The whole body, at most ``MAX_BODY`` bytes and ``BODY_SECONDS``.

    Raises:
        HttpError: too large (413) or too slow (408).
        Gone: the client hung up.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body = message.get("body", b"")
        if len(body) > MAX_BODY:
            raise too_large()
        return bytes(body)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _rest(message, receive)
    except TimeoutError:
        raise HttpError(408, "too_slow", f"The body did not arrive within {BODY_SECONDS:.0f} s.") from None


async def _rest(message: Message, receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise too_large()
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def decoded(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding. Never makes more than ``MAX_BODY`` bytes, whatever a bomb promises."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise HttpError(
            415, "unsupported_encoding", f"Content-Encoding {encoding[:40]!r} is not supported.",
            hint="Send gzip, or no encoding.", headers={"accept-encoding": "gzip"},
        )  # fmt: skip
    parts: list[bytes] = []
    size = 0
    while body:  # a gzip file may have several members (RFC 1952, section 2.2)
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(body, MAX_BODY + 1 - size)
        except zlib.error:
            raise HttpError(400, "bad_gzip", "The body is not valid gzip.", hint="Or drop Content-Encoding.") from None
        size += len(part)
        if size > MAX_BODY:
            raise too_large("unpacked ")
        if not stream.eof:
            raise HttpError(400, "bad_gzip", "The gzip data end too early.", hint="Send the whole file.")
        parts.append(part)
        body = stream.unused_data
    return b"".join(parts)


def too_large(how: str = "") -> HttpError:
    """413."""
    limit = MAX_BODY // (1024 * 1024)
    return HttpError(413, "body_too_large", f"The {how}body is larger than {limit} MB.", hint="Send it in parts.")


def media_type(headers: dict[str, str]) -> str:
    """``json`` or ``ndjson``; 415 for anything else. No Content-Type means JSON."""
    name, _, parameters = headers.get("content-type", "application/json").partition(";")
    charset = parameters.lower().partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise HttpError(
            415, "unsupported_charset", f"The charset {charset[:40]!r} is not supported.", hint="Send UTF-8."
        )
    name = name.strip().lower()
    if name in {"application/json", "text/json", ""} or (name.startswith("application/") and name.endswith("+json")):
        return "json"
    if name in {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}:
        return "ndjson"
    raise HttpError(
        415, "unsupported_media_type", f"Content-Type {name[:60]!r} is not supported.",
        hint="Send application/json, or application/x-ndjson for one row a line.",
    )  # fmt: skip


async def answer(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """Send a JSON answer."""
    data = msgspec.json.encode(body)
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    if status >= 400 or headers:
        fields.append((b"cache-control", b"no-store"))
        fields += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": data})


async def answer_error(send: Send, error: WatchfloorError) -> None:
    """Send an error in the shape all our APIs have: ``{"error": {"code", "message", "where", "hint"}}``."""
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, Overloaded):
        headers["retry-after"] = str(error.retry_after)
    if error.status == 413:
        headers["connection"] = "close"
    await answer(send, error.status, {"error": error.as_dict()}, headers)


def idempotency_key(headers: dict[str, str]) -> str | None:
    """The ``Idempotency-Key`` header; quotes of the draft standard's string form are taken off."""
    key = headers.get("idempotency-key")
    if key is None:
        return None
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= 180 or not key.isascii() or not key.isprintable():
        raise BadInput(
            "bad_key", "The idempotency key must be 1 to 180 printable ASCII characters.", where="Idempotency-Key",
            hint="A random UUID is a good one.",
        )  # fmt: skip
    return key
