# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on what a request came from: the app and its version, the device, the IP address."""

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv4Network, IPv6Network

from watchfloor.engines.sml.function import BadArgument, Context, Cost, Undefined, function
from watchfloor.engines.sml.listkinds import address_of

_PRODUCT = re.compile(r"(?P<name>[!#$%&'*+.^_`|~\w-]+)/(?P<version>[\w.+~-]+)")
_PART = re.compile(r"\d+|[a-z]+")
_MAX_AGENT = 2_000


@function(category="apps and devices", cost=Cost.TEXT)
def AppName(user_agent: str) -> str:
    """The name of the first product in a User-Agent header: `Parley` of `Parley/4.1 (Android 14)`."""
    found = _PRODUCT.search(user_agent[:_MAX_AGENT])
    if found is None:
        raise Undefined
    return found["name"]


@function(category="apps and devices", cost=Cost.TEXT)
class AppVersion:
    """The version of a product in a User-Agent header; undefined where the product is not in it.

    Args:
        user_agent: the header's text.
        app: the product's name, whatever its case; without it, the first product.
    """

    def __init__(self, app: str | None = None) -> None:
        self._app = app.lower() if app is not None else None

    def __call__(self, user_agent: str) -> str:
        for found in _PRODUCT.finditer(user_agent[:_MAX_AGENT]):
            if self._app in (None, found["name"].lower()):
                return found["version"]
        raise Undefined


@function(category="apps and devices", cost=Cost.TEXT)
def VersionCompare(version: str, other: str) -> int:
    """-1, 0 or 1 as a version is older than, the same as or newer than another: 1.10 is newer than 1.9, 2.0-beta older than 2.0.
    Undefined for a text without a number."""
    left, right = _version(version), _version(other)
    return (left > right) - (left < right)


def _version(text: str) -> tuple[list[int], list[tuple[int, int, str]]]:
    """The numbers, and what sorts those with the same numbers: a word (``beta``) comes before nothing."""
    parts = _PART.findall(text.strip().lower().partition("+")[0].removeprefix("v"))[:20]
    first_word = next((place for place, part in enumerate(parts) if not part.isdecimal()), len(parts))
    numbers = [int(part) for part in parts[:first_word]]
    if not numbers:
        raise Undefined
    while numbers and numbers[-1] == 0:
        numbers.pop()
    before = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts[first_word:]]
    return numbers, before or [(2, 0, "")]


@function(category="apps and devices", cost=Cost.TEXT)
class DeviceKey:
    """A keyed hash of a device's id, 24 hexadecimal digits, to count and compare devices without keeping their ids. The key is the
    installation's own; on plain files there is none, so the hashes differ.

    Args:
        id: the id.
        space: what kind of id it is; equal ids of two kinds have different hashes.
    """

    def __init__(self, space: str = "device") -> None:
        if not 1 <= len(space.encode()) <= 16:
            raise BadArgument("space", "`space` is a word of 1 to 16 bytes.")
        self._space = space.encode()

    def __call__(self, ctx: Context, id: str | int) -> str:
        key = ctx.findings.device_key() if ctx.findings is not None else b""
        return hashlib.blake2b(str(id).encode(), digest_size=12, key=key, person=self._space).hexdigest()


@function(category="network", cost=Cost.TEXT)
def IpVersion(ip: str) -> int:
    """4 or 6; undefined where it is no IP address."""
    found = address_of(ip)
    if found is None:
        raise Undefined
    return found.version


@function(category="network", cost=Cost.TEXT)
def IpIsPrivate(ip: str) -> bool:
    """Whether an IP address cannot be reached from the internet: private, loopback, link-local, reserved."""
    found = address_of(ip)
    if found is None:
        raise Undefined
    return not found.is_global


@function(category="network", cost=Cost.TEXT)
class IpPrefix:
    """The network an IP address is in, as `192.0.2.0/24`: a key to count by. Ask `InList` whether it is a data centre's.

    Args:
        ip: the address.
        v4: the length of the network for version 4.
        v6: the length of the network for version 6; a household or a server often has a whole /64 or /56.
    """

    def __init__(self, v4: int = 24, v6: int = 48) -> None:
        if not 1 <= v4 <= 32:
            raise BadArgument("v4", "`v4` is a number of bits from 1 to 32.")
        if not 1 <= v6 <= 128:
            raise BadArgument("v6", "`v6` is a number of bits from 1 to 128.")
        self._v4, self._v6 = v4, v6

    def __call__(self, ip: str) -> str:
        found = address_of(ip)
        if found is None:
            raise Undefined
        if found.version == 4:
            return str(IPv4Network((int(found), self._v4), strict=False))
        return str(IPv6Network((int(found), self._v6), strict=False))
