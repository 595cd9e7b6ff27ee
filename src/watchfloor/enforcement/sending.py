"""One signed request to one endpoint (Standard Webhooks 1.0), and many of them at a time. No database here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC
from urllib.parse import urlsplit
from uuid import UUID

import h11
import msgspec
from standardwebhooks import Webhook

from watchfloor import __version__
from watchfloor.enforcement.line import line
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets, tracing

TOTAL_SECONDS = 10.0
PAGE_SECONDS = 60.0  # of a list of what is in force
LARGEST_PAGE = 10_000_000  # bytes
IN_FLIGHT = 32  # requests at a time
READ_UP_TO = 16_384  # bytes of an answer; a connection whose answer was read to its end serves the next message


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message for one endpoint. ``key`` becomes the ``webhook-id``: the receiver counts by it."""

    delivery: int  # the row of it, 0 for a test
    endpoint_id: UUID
    url: str
    secrets: tuple[str, ...]
    key: str
    body: bytes
    trace: str = ""  # the traceparent under which it was written
    topic: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. ``retry_after`` in seconds, 0 = not said; ``gone`` = the receiver wants nothing more (410)."""

    parcel: Parcel
    ok: bool
    status: int | None = None
    milliseconds: int = 0
    error: str = ""
    retry_after: int = 0
    gone: bool = False


def headers(key: str, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three Standard Webhooks headers; with two live secrets there are two signatures, and either is good."""
    moment = clock.now().astimezone(UTC)
    text = body.decode()
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(key, moment, text) for secret in secrets),
    }


def send_all(lanes: Sequence[Sequence[Parcel]]) -> list[Answer]:
    """Send the messages of each lane one after another, many lanes at a time; never raises for what a receiver does.

    A lane ends with its first failure: what comes after it was not tried, and is in no answer.
    """
    return line().run(_send_all(lanes))


async def _send_all(lanes: Sequence[Sequence[Parcel]]) -> list[Answer]:
    gate = asyncio.Semaphore(IN_FLIGHT)
    places: dict[str, asyncio.Task[targets.Target]] = {}  # a name is looked up and checked once for a batch

    def place(url: str) -> asyncio.Task[targets.Target]:
        if url not in places:
            places[url] = asyncio.ensure_future(targets.resolve(url))
        return places[url]

    async def one(parcels: Sequence[Parcel]) -> list[Answer]:
        answers: list[Answer] = []
        for parcel in parcels:
            async with gate:
                answers.append(await _send(parcel, place(parcel.url)))
            if not answers[-1].ok:
                break
        return answers

    found = await asyncio.gather(*(one(parcels) for parcels in lanes))
    return [answer for answers in found for answer in answers]


async def _send(parcel: Parcel, place: asyncio.Future[targets.Target]) -> Answer:
    with tracing.span("delivery.send", parcel.trace, topic=parcel.topic):
        return await _post(parcel, place, tracing.traceparent())


async def _post(parcel: Parcel, place: asyncio.Future[targets.Target], trace: str) -> Answer:
    started = time.monotonic()
    status: int | None = None
    retry_after = 0
    error = ""
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            target = await asyncio.shield(place)
            said = {
                "content-type": "application/json",
                "user-agent": f"Watchfloor/{__version__}",
                **headers(parcel.key, parcel.body, parcel.secrets),
                **({"traceparent": trace} if trace else {}),
            }
            reply = await line().ask("POST", target, said, body=parcel.body, most=READ_UP_TO)
            status = reply.status
            retry_after = _seconds(reply.headers.get("retry-after", ""))
        if not 200 <= status < 300:
            error = f"The endpoint answered {status}."
    except TimeoutError:
        error = f"No answer within {TOTAL_SECONDS:g} s."
    except BadInput as refused:
        error = refused.message
    except (OSError, ValueError, h11.LocalProtocolError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:300] if str(failure) else type(failure).__name__
    return Answer(
        parcel=parcel, ok=not error, status=status, milliseconds=int((time.monotonic() - started) * 1000),
        error=error, retry_after=retry_after, gone=status == 410,
    )  # fmt: skip


def _seconds(text: str) -> int:
    """``Retry-After`` in seconds (the form with a date is rare and ignored), at most an hour."""
    return min(int(text), 3600) if text.isascii() and text.isdigit() else 0


def get(url: str, *, key: str, secrets: Sequence[str], token: str) -> bytes:
    """One signed GET, by the same rules as a webhook. What is signed as the body is the request target (path and query)."""
    return line().run(_get(url, key, tuple(secrets), token))


async def _get(url: str, key: str, secrets: tuple[str, ...], token: str) -> bytes:
    where = url[:200]
    try:
        async with asyncio.timeout(PAGE_SECONDS):
            place = await targets.resolve(url)
            parts = urlsplit(place.url)
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            said = {
                "accept": "application/json",
                "user-agent": f"Watchfloor/{__version__}",
                **headers(key, target.encode(), secrets),
            }
            if token:
                said["authorization"] = f"Bearer {token}"
            reply = await line().ask("GET", place, said, most=LARGEST_PAGE)
    except TimeoutError:
        raise BadInput("no_answer", f"No answer within {PAGE_SECONDS:g} s.", where=where) from None
    except (OSError, ValueError, h11.LocalProtocolError) as failure:
        raise BadInput("no_answer", f"{type(failure).__name__}: {failure}"[:200], where=where) from None
    if reply.status != 200:
        raise BadInput("bad_inventory", f"The platform answered {reply.status}.", where=where)
    if reply.body is None:
        raise BadInput("too_large", f"A page has at most {LARGEST_PAGE:,} bytes.", where=where)
    return reply.body
