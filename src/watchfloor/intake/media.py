"""``POST /v1/media``: a file in, streamed and sealed as it comes, answered with the receipt that items name it by.

    curl --data-binary @cat.jpg -H "Authorization: Bearer $TOKEN" https://floor.example.org/v1/media
    {"id": "med_01…", "kind": "image", "mime": "image/jpeg", "bytes": 81234, "sha256": "…", "state": "decoding"}

The body is the file, as it is; its kind is found by its bytes. 201 means durable; the same bytes again give the same receipt.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import django.db
from django.db import connection

from watchfloor.intake import http
from watchfloor.intake.catalogue import Catalogue, Sender, address_of
from watchfloor.intake.http import Gone, HttpError, Receive, Scope, Send
from watchfloor.intake.rates import Rates, rates_from_settings
from watchfloor.items.media import actions
from watchfloor.items.media.fetch import Refused
from watchfloor.items.media.models import Media
from watchfloor.items.media.options import options
from watchfloor.items.media.store import Incoming
from watchfloor.kernel.errors import BadInput, Forbidden, Overloaded, WatchfloorError
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing

log = logging.getLogger(__name__)
PART_SECONDS = 30.0  # without a byte, and the sender is gone
TOGETHER = 256 * 1024  # bytes gathered before they are sealed aside from the event loop
AT_ONCE = 16
PERMISSION = "media.submit"
_STATUS = {"too_large": 413, "not_media": 415}


class Uploads:
    """The ASGI app. One per process."""

    def __init__(self, catalogue: Catalogue | None = None, rates: Rates | None = None) -> None:
        self.catalogue = catalogue or Catalogue()
        self.rates = rates or rates_from_settings()
        self._places = AT_ONCE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._handle(scope, receive)
        except Gone:
            return
        except WatchfloorError as error:
            await http.answer_error(send, error)
        except django.db.Error:
            log.exception("the database did not answer")
            await http.answer_error(send, Overloaded("The database does not answer right now."))
        except Exception:
            log.exception("an upload failed")
            await http.answer_error(send, HttpError(500, "internal", "Something failed here; nothing was stored."))
        else:
            await http.answer(send, 201, body)

    async def _handle(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        if scope["method"] != "POST":
            raise HttpError(405, "method_not_allowed", f"{scope['method']} is not possible here.", hint="Use POST.",
                            headers={"allow": "POST"})  # fmt: skip
        headers = http.headers_of(scope)
        sender = await self._sender(headers, address_of(scope, headers))
        if headers.get("content-type", "").lower().startswith("multipart/"):
            raise HttpError(
                415,
                "multipart",
                "A form is not taken here.",
                hint="Send the file itself as the body: curl --data-binary @FILE",
            )
        if headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
            raise HttpError(
                415, "unsupported_encoding", "Media are compressed already.", hint="Send the file as it is."
            )
        most = options().most
        length = headers.get("content-length", "")
        if length.isdigit() and (len(length) > 18 or int(length) > most):
            raise _problem(Refused("too_large", f"The file is larger than {most // 1_000_000:,} MB."))
        self.rates.take(sender.token, 1, sender.per_minute)
        if not self._places:
            raise Overloaded("Too many files are on their way in.")
        self._places -= 1
        try:
            return await self._take(sender, receive, most)
        finally:
            self._places += 1

    async def _take(self, sender: Sender, receive: Receive, most: int) -> dict[str, Any]:
        file = await asyncio.to_thread(Incoming, most)
        try:
            await _pour(receive, file)
            if not file.size:
                raise BadInput("empty_body", "The body is empty.", hint="Send the file itself as the body.")
            return await asyncio.to_thread(_keep, file, sender)
        except Refused as problem:
            await asyncio.to_thread(file.abandon)
            raise _problem(problem) from None
        except BaseException:
            await asyncio.shield(asyncio.to_thread(file.abandon))
            raise

    async def _sender(self, headers: dict[str, str], address: str) -> Sender:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        sender = (
            await self.catalogue.sender(secret.strip(), address)
            if scheme.lower() == "bearer" and secret.strip()
            else None
        )
        if sender is None:
            raise HttpError(401, "bad_token", "A bearer token that is known and live is needed.",
                            hint="Authorization: Bearer <token>; make one with watchfloor token.",
                            headers={"www-authenticate": "Bearer"})  # fmt: skip
        if PERMISSION not in sender.permissions:
            raise Forbidden("no_permission", "This token may not send media.", hint=f"It needs {PERMISSION}.")
        return sender


async def _pour(receive: Receive, file: Incoming) -> None:
    """The body into the file; sealing and disk are kept off the event loop."""
    waiting = bytearray()
    while True:
        try:
            async with asyncio.timeout(PART_SECONDS):
                message = await receive()
        except TimeoutError:
            raise HttpError(408, "too_slow", f"Nothing came for {PART_SECONDS:.0f} s.") from None
        if message["type"] == "http.disconnect":
            raise Gone
        waiting += message.get("body", b"")
        more = message.get("more_body", False)
        if len(waiting) >= TOGETHER or not more:
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
        if not more:
            return


def _keep(file: Incoming, sender: Sender) -> dict[str, Any]:
    """Durable, and known to the database."""
    try:
        file.finish()
        with writing(f"token:{sender.token}", on_behalf=f"source:{sender.source}") as w:
            media = actions.received(w, file, how="upload", source=sender.source)
        return receipt(media)
    finally:
        connection.close()


def receipt(media: Media) -> dict[str, Any]:
    """What a sender may know of a medium."""
    return {
        "id": encode("med", media.pk), "kind": media.kind, "mime": media.mime, "bytes": media.bytes, "sha256": media.sha256,
        "state": media.state, "why": media.why,
    }  # fmt: skip


def _problem(refused: Refused) -> HttpError:
    return HttpError(_STATUS.get(refused.code, 422), refused.code, refused.why)


app = Uploads()
