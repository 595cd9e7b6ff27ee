"""Where a request comes from, and whether that is within networks somebody listed.

Behind a reverse proxy the peer is the proxy; ``WATCHFLOOR_PROXIES`` (networks, by commas) says whose ``X-Forwarded-For`` is believed.
Of that header the last address that is no such proxy counts: what stands before it anyone could have written.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.http import HttpRequest

from watchfloor.kernel.errors import BadInput

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST = 100  # networks in one list


@lru_cache(maxsize=512)
def network(text: str) -> Network:
    """``10.0.0.0/8`` or one address; ``ValueError`` for anything else."""
    return ipaddress.ip_network(text.strip(), strict=False)


def checked(texts: Iterable[str], where: str = "networks") -> list[str]:
    """A list as a person typed it, in its canonical form; ``BadInput`` names the first that is no network."""
    found: list[str] = []
    for text in texts:
        try:
            name = str(network(text))
        except ValueError:
            raise BadInput(
                "bad_network", f"{text.strip()[:60]!r} is no network.", where=where, hint="For example 10.20.0.0/16 or 2001:db8::/32."
            ) from None  # fmt: skip
        if name not in found:
            found.append(name)
    if len(found) > MOST:
        raise BadInput("too_many", f"At most {MOST} networks.", where=where)
    return found


def within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks. No networks: everywhere. No address: nowhere."""
    if not networks:
        return True
    try:
        one: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return any(one.version == each.version and one in each for each in map(network, networks))


def proxies() -> tuple[str, ...]:
    """The networks of reverse proxies that are believed."""
    return tuple(part.strip() for part in os.environ.get("WATCHFLOOR_PROXIES", "").split(",") if part.strip())


def client(peer: str, forwarded: str) -> str:
    """The address a request comes from, by its peer and its ``X-Forwarded-For``."""
    trusted = proxies()
    if not trusted or not within(peer, trusted):
        return peer
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            return peer
        if not within(hop, trusted):
            return hop
    return peer


def client_of(request: HttpRequest) -> str:
    """The same of a request to Django."""
    return client(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))
