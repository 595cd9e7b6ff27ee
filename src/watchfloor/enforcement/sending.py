"""One signed request to one endpoint (Standard Webhooks 1.0), and many of them at a time. No database here."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from uuid import UUID

import httpx
import msgspec
from standardwebhooks import Webhook

from watchfloor import __version__
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
IN_FLIGHT = 16
READ_UP_TO = 16_384  # bytes of an answer; a connection whose answer was read to its end serves the next message


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message for one endpoint. ``key`` becomes the ``webhook-id``: the receiver counts by it."""

    outbox_id: UUID
    endpoint_id: UUID
    url: str
    secrets: tuple[str, ...]
    key: str
    body: bytes


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


def send_all(parcels: Sequence[Parcel]) -> list[Answer]:
    """Send all, several at a time; never raises for what a receiver does."""
    return asyncio.run(_send_all(parcels))


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the public authorities; reading them takes longer than a request, so they are read once."""
    return httpx.create_ssl_context(trust_env=False)


async def _send_all(parcels: Sequence[Parcel]) -> list[Answer]:
    gate = asyncio.Semaphore(IN_FLIGHT)
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, verify=_trusted()) as client:

        async def one(parcel: Parcel) -> Answer:
            async with gate:
                return await _send(client, parcel)

        return list(await asyncio.gather(*(one(parcel) for parcel in parcels)))


async def _send(client: httpx.AsyncClient, parcel: Parcel) -> Answer:
    started = time.monotonic()
    status: int | None = None
    retry_after = 0
    error = ""
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            target = await targets.resolve(parcel.url)
            async with client.stream(
                "POST",
                target.url,
                content=parcel.body,
                headers={
                    "host": target.host,
                    "content-type": "application/json",
                    "user-agent": f"Watchfloor/{__version__}",
                    **headers(parcel.key, parcel.body, parcel.secrets),
                },
                extensions={"sni_hostname": target.name},
            ) as response:
                status = response.status_code
                retry_after = _seconds(response.headers.get("retry-after", ""))
                await _drain(response)
        if not 200 <= status < 300:
            error = f"The endpoint answered {status}."
    except TimeoutError:
        error = f"No answer within {TOTAL_SECONDS:g} s."
    except BadInput as refused:
        error = refused.message
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:300] if str(failure) else type(failure).__name__
    return Answer(
        parcel=parcel, ok=not error, status=status, milliseconds=int((time.monotonic() - started) * 1000),
        error=error, retry_after=retry_after, gone=status == 410,
    )  # fmt: skip


async def _drain(response: httpx.Response) -> None:
    """Read a short answer and throw it away; a long one costs its connection instead."""
    read = 0
    async for piece in response.aiter_raw():
        read += len(piece)
        if read > READ_UP_TO:
            return


def _seconds(text: str) -> int:
    """``Retry-After`` in seconds (the form with a date is rare and ignored), at most an hour."""
    return min(int(text), 3600) if text.isascii() and text.isdigit() else 0
