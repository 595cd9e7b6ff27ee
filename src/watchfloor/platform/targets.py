"""Where a webhook may go: no request may be led into the inner network (SSRF). The name is resolved once and what was checked
is what is connected to; redirects are not followed.

``WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS=1`` (the default in demo mode) allows loopback and private addresses and plain HTTP;
link-local ones never.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config, egress

PORTS = frozenset({80, 443, 8080, 8443})


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A checked address to connect to, and the name to say there."""

    url: str  # with the address in place of the name
    host: str  # for the Host header
    name: str  # for TLS


def private_allowed() -> bool:
    """Whether this installation may call loopback and private addresses."""
    return config.flag("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", bool(settings.DEMO))


def check_url(url: str) -> None:
    """Raise ``BadInput`` for an address that can be refused by its looks."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput("bad_url", f"{url[:100]!r} is no web address.", where="endpoint.url") from None
    schemes = {"https", "http"} if private_allowed() else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise BadInput(
            "bad_url", "An endpoint needs an https:// address.", where="endpoint.url",
            hint="Plain http and private addresses need WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS=1.",
        )  # fmt: skip
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadInput("bad_url", "An endpoint's address has no user name and no fragment.", where="endpoint.url")
    if port is not None and port not in PORTS and not private_allowed():
        raise BadInput("bad_port", f"Port {port} is not allowed.", where="endpoint.url", hint="443, 80, 8443 or 8080.")
    if egress.looks_like_number(parts.hostname):
        raise BadInput(
            "private_address",
            f"{parts.hostname[:100]} is an odd spelling of an address, not a public name.",
            where="endpoint.url",
        )
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    check_address(literal)


def check_address(address: egress.Address) -> None:
    """Raise ``BadInput`` for an address that is not public, in whatever clothes (mapped, 6to4, Teredo, NAT64).

    Where clouds hand out keys is never called, whatever the setting says.
    """
    if egress.is_metadata(address):
        raise BadInput("private_address", f"{address} is not a public address.", where="endpoint.url")
    if not private_allowed() and not egress.is_public(address):
        raise BadInput(
            "private_address", f"{address} is not a public address.", where="endpoint.url",
            hint="Set WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS=1 if the platform is in your own network.",
        )  # fmt: skip


async def resolve(url: str) -> Target:
    """The place to connect to. Every address of the name must be allowed; the first is used."""
    check_url(url)
    parts = urlsplit(url)
    name = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        check_address(address)
    first = addresses[0]
    place = f"[{first}]" if first.version == 6 else str(first)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{name}]" if ":" in name else name
    return Target(
        url=f"{parts.scheme}://{place}:{port}{path}", host=host if parts.port is None else f"{host}:{port}", name=name
    )
