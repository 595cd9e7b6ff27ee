"""Brings a file from the platform's address without being led anywhere else (SSRF).

A name is resolved once, every address it has must be allowed, and the connection goes to the address that was checked; the same again at
each redirect. http and https only, few ports, no credentials, no cookies, no proxy from the environment, no compression (a
compressed body could be a bomb), limits on bytes, time and redirects. ``WATCHFLOOR_MEDIA_HOSTS`` names hosts in one's own network
that may be asked as well; link-local addresses (where clouds hand out keys) are never asked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from watchfloor.platform import egress

Resolve = Callable[[str, int], Awaitable[list[str]]]
Take = Callable[[bytes], None]
SCHEMES: Mapping[str, int] = {"http": 80, "https": 443}
PORTS = frozenset({80, 443, 8080, 8443})
REDIRECTS = 5
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"user-agent": "Watchfloor-media/1", "accept": "image/*, video/*, audio/*", "accept-encoding": "identity"}


class Refused(Exception):
    """It will never be fetched; ``code`` for programs, the text for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


class NotNow(Exception):
    """It may work later; the text says what happened."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """``hosts``: names (``cdn.internal``, or ``cdn.internal:9000``) that may stand in one's own network, on the port given.

    ``listed_only``: no others are asked at all. ``bytes`` and ``seconds`` bound one file, redirects included.
    """

    bytes: int
    seconds: float = 120.0
    hosts: frozenset[str] = frozenset()
    listed_only: bool = False


class Part(msgspec.Struct, frozen=True):
    """Some bytes of a file: the first one's place, and how many."""

    begin: int
    length: int


class Place(msgspec.Struct, frozen=True):
    """A checked place to ask: the addresses in the order given, the name to say there, the port."""

    addresses: tuple[str, ...]
    name: str
    port: int


async def system_resolver(name: str, port: int) -> list[str]:
    """The addresses the system knows for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def fetch(
    url: str, take: Take, limits: Limits, *, resolve: Resolve = system_resolver, part: Part | None = None
) -> str:
    """Hand the file's bytes to ``take`` as they come; returns the address that sent them, after redirects.

    Args:
        part: only these bytes of it; a host that gives no parts is refused.

    What ``take`` raises stops the transfer and goes on.

    Raises:
        Refused: by its address, its answer or its size; asking again would not help.
        NotNow: the name, the host or the line failed.
    """
    try:
        async with asyncio.timeout(limits.seconds):
            return await _follow(url, take, limits, resolve, part)
    except TimeoutError:
        raise NotNow(f"It did not arrive within {limits.seconds:g} s.") from None


async def place_of(
    url: str,
    limits: Limits,
    resolve: Resolve,
    *,
    schemes: Mapping[str, int] = SCHEMES,
    ports: Collection[int] = PORTS,
) -> Place:
    """Where to connect to. Raises as ``fetch`` does. ``schemes`` may be asked, each at its own port unless another is named."""
    try:
        parts = urlsplit(url)
        given = parts.port
    except ValueError:
        raise Refused("bad_url", "The address is not a web address.") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise Refused("bad_scheme", f"Only {' and '.join(schemes)} addresses are fetched.")
    if parts.username is not None or parts.password is not None:
        raise Refused("credentials", "The address carries a user name or password, which is never sent.")
    name = parts.hostname.rstrip(".").lower()
    port = given or schemes[parts.scheme]
    listed = name in limits.hosts or f"{name}:{port}" in limits.hosts
    if limits.listed_only and not listed:
        raise Refused(
            "unlisted_host", f"{name} is not among the hosts that media may come from (WATCHFLOOR_MEDIA_HOSTS)."
        )
    if port not in ports and f"{name}:{port}" not in limits.hosts:
        raise Refused("bad_port", f"Port {port} is not one that media may come from.")
    if egress.looks_like_number(name):
        raise Refused("private_address", f"{name} is an odd spelling of an address.")
    addresses = await _addresses(name, port, resolve)
    for address in addresses:
        if egress.is_metadata(address) or not (listed or egress.is_public(address)):
            raise Refused("private_address", f"{name} leads to {address}, which is not a public address.")
    return Place(tuple(str(address) for address in addresses), name, port)


async def _addresses(name: str, port: int, resolve: Resolve) -> list[egress.Address]:
    try:
        return [ipaddress.ip_address(name.strip("[]"))]
    except ValueError:
        pass
    try:
        name = name.encode("idna").decode()
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in await resolve(name, port)]
    except (OSError, UnicodeError, ValueError):
        raise NotNow(f"The name {name[:100]} is not known.") from None
    if not found:
        raise NotNow(f"The name {name[:100]} is not known.")
    return found


async def _follow(url: str, take: Take, limits: Limits, resolve: Resolve, part: Part | None) -> str:
    for _ in range(REDIRECTS + 1):
        place = await place_of(url, limits, resolve)
        moved = await _try_each(url, place, take, limits, part)
        if moved is None:
            return url
        url = urljoin(url, moved)
    raise Refused("too_many_redirects", f"It was sent on more than {REDIRECTS} times.")


async def _try_each(url: str, place: Place, take: Take, limits: Limits, part: Part | None) -> str | None:
    """Ask the addresses in turn until one can be reached at all."""
    for number, address in enumerate(place.addresses[:4], start=1):
        try:
            return await _ask(url, place, address, take, limits, part)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            if number == min(4, len(place.addresses)):
                raise NotNow(f"{place.name} cannot be reached: {str(problem)[:200] or 'no connection'}.") from None
        except (httpx.TimeoutException, httpx.NetworkError, httpx.ProtocolError, ssl.SSLError) as problem:
            raise NotNow(f"The line to {place.name} failed ({type(problem).__name__}).") from None
    return None


async def _ask(url: str, place: Place, address: str, take: Take, limits: Limits, wanted: Part | None) -> str | None:
    """The address it moved to, or None when the whole file went to ``take``."""
    parts = urlsplit(url)
    literal = f"[{address}]" if ":" in address else address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = f"[{place.name}]" if ":" in place.name else place.name
    host = name if parts.port is None else f"{name}:{place.port}"
    ranged = {} if wanted is None else {"range": f"bytes={wanted.begin}-{wanted.begin + wanted.length - 1}"}
    timeout = httpx.Timeout(15.0, connect=5.0)
    async with httpx.AsyncClient(trust_env=False, timeout=timeout, follow_redirects=False) as client:
        request = client.build_request(
            "GET", f"{parts.scheme}://{literal}:{place.port}{path}", headers={**_HEADERS, **ranged, "host": host},
            extensions={"sni_hostname": place.name},
        )  # fmt: skip
        answer = await client.send(request, stream=True)
        try:
            if answer.status_code in _MOVED and answer.headers.get("location"):
                return str(answer.headers["location"])
            _judge(answer, place.name, limits, wanted)
            size = 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > limits.bytes:
                    raise too_large(limits.bytes)
                take(part)
            return None
        finally:
            await answer.aclose()


def _judge(answer: httpx.Response, name: str, limits: Limits, wanted: Part | None) -> None:
    """Raise unless this answer brings the file."""
    if answer.status_code in _LATER:
        raise NotNow(f"{name} answered {answer.status_code}.")
    if wanted is not None and answer.status_code == 200:
        raise Refused("no_parts", f"{name} gives no parts of files.")
    if wanted is not None and answer.status_code == 206:
        told = answer.headers.get("content-range", "")
        if not told.startswith(f"bytes {wanted.begin}-{wanted.begin + wanted.length - 1}/"):
            raise NotNow(f"{name} gave another part of the file than was asked for.")
    elif answer.status_code != 200:
        raise Refused("bad_status", f"{name} answered {answer.status_code} in place of the file.")
    if answer.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise Refused("compressed", f"{name} sent it compressed, which was not asked for.")
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.bytes:
        raise too_large(limits.bytes)


def too_large(limit: int) -> Refused:
    """The refusal of a file above the limit."""
    return Refused("too_large", f"The file is larger than {limit // 1_000_000:,} MB.")
