"""Connections to endpoints that stay open between messages, on a thread of their own: HTTP/1.1 by h11 over asyncio streams.

A general client costs three milliseconds of processor a message here, most of it to look through its pool; this does what a webhook
needs and nothing else: no redirects, no cookies, no proxies, nothing from the environment. Who calls it has checked the address.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import h11
import httpx
import msgspec

from watchfloor.platform.targets import Target

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0  # a connection that nobody used for so long is not used again
KEPT = 32  # to one place
CHUNK = 65_536

T = TypeVar("T")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; ``body`` is None where there was more of it than one wanted to read."""

    status: int
    headers: dict[str, str]
    body: bytes | None


class Broken(ConnectionError):
    """The other side does not speak HTTP, or stopped in the middle."""


class _Open:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.http = h11.Connection(h11.CLIENT)
        self.used = time.monotonic()

    @property
    def usable(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing() and time.monotonic() - self.used < IDLE_SECONDS

    async def exchange(self, request: h11.Request, body: bytes, most: int) -> Reply:
        """Ask and read the answer."""
        data = self.http.send(request) or b""
        if body:
            data += self.http.send(h11.Data(data=body)) or b""
        self.writer.write(data + (self.http.send(h11.EndOfMessage()) or b""))
        await self.writer.drain()
        response: h11.Response | None = None
        pieces: list[bytes] = []
        size = 0
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                self.http.receive_data(await self.reader.read(CHUNK))
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > most:
                    break
                pieces.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                break
            elif not isinstance(event, h11.InformationalResponse):
                raise Broken("The connection was closed before the answer.")
        if response is None:
            raise Broken("There was no answer.")
        names = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        return Reply(status=response.status_code, headers=names, body=b"".join(pieces) if size <= most else None)

    def again(self) -> bool:
        """Whether the answer was read to its end and another message may follow."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        self.used = time.monotonic()
        return True


class Line:
    """The thread and its connections."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.idle: dict[tuple[str, str, int, str], list[_Open]] = defaultdict(list)
        threading.Thread(target=self.loop.run_forever, name="webhooks", daemon=True).start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it on the line's thread and wait."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def ask(
        self, method: str, target: Target, headers: Mapping[str, str], *, body: bytes = b"", most: int
    ) -> Reply:
        """One message and its answer, of whose body at most ``most`` bytes are read. Deadlines are the caller's."""
        parts = urlsplit(target.url)
        place = (
            parts.scheme,
            parts.hostname or "",
            parts.port or (443 if parts.scheme == "https" else 80),
            target.name,
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = {"host": target.host, **headers}
        if body or method == "POST":
            named["content-length"] = str(len(body))
        request = h11.Request(method=method, target=path, headers=list(named.items()))
        connection = await self._connected(place)
        kept = False
        try:
            reply = await connection.exchange(request, body, most)
            kept = reply.body is not None and connection.again() and len(self.idle[place]) < KEPT
            return reply
        except (h11.ProtocolError, asyncio.IncompleteReadError) as error:
            raise Broken(f"The answer cannot be read: {error}") from None
        finally:
            if kept:
                self.idle[place].append(connection)
            else:
                connection.writer.transport.abort()

    async def _connected(self, place: tuple[str, str, int, str]) -> _Open:
        scheme, address, port, name = place
        while self.idle[place]:
            found = self.idle[place].pop()
            if found.usable:
                return found
            found.writer.transport.abort()
        secure: dict[str, Any] = {"ssl": trusted(), "server_hostname": name} if scheme == "https" else {}
        async with asyncio.timeout(CONNECT_SECONDS):
            return _Open(*await asyncio.open_connection(address, port, **secure))


@cache
def line() -> Line:
    """The process's."""
    return Line()


@cache
def trusted() -> ssl.SSLContext:
    """The certificates of the public authorities; reading them takes longer than a request, so they are read once."""
    return httpx.create_ssl_context(trust_env=False)
