"""What items have in common without saying what it is: keyed hashes of devices, addresses, payment means, links and text.

Values of fields with the roles ``deviceId``, ``ip`` and ``payment`` are replaced at the door by an HMAC under a key of this
installation (``sealed``), so two items can be seen to share one and nobody can read it from the database; guessing needs the key.
Links (domain and path) and the bands of a text's MinHash (``engines.nearby.minhash``) are hashed under the same key. A loop puts all
of them into ``items_key``, 64 bits each, where equal ones meet.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from functools import cache
from typing import Any

from watchfloor.engines.nearby import bands
from watchfloor.items.domain import PRIVATE_ROLES, Field
from watchfloor.platform import config

DEVICE, ADDRESS, PAYMENT, LINK, TEXT = 1, 2, 3, 4, 5
KIND_OF_ROLE = {"deviceId": DEVICE, "ip": ADDRESS, "payment": PAYMENT}
NAMES = {DEVICE: "device", ADDRESS: "ip", PAYMENT: "payment", LINK: "link", TEXT: "text"}
MOST_LINKS = 20
MARK = "keyed:"  # what a replaced value begins with
_TOKEN = re.compile(r"keyed:([0-9a-f]{16})")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'\])}]+", re.IGNORECASE)

Key = tuple[int, int]  # kind, 64 bits as a signed number


def sealed(fields: list[Field], data: dict[str, Any]) -> dict[str, Any]:
    """The data with the values of private roles replaced; the same object where the type has no such field."""
    changed: dict[str, Any] = {}
    for field in fields:
        if field.role in PRIVATE_ROLES and data.get(field.name) not in (None, ""):
            changed[field.name] = seal(KIND_OF_ROLE[field.role], str(data[field.name]))
    return {**data, **changed} if changed else data


def seal(kind: int, value: str) -> str:
    """One value as it is kept: ``keyed:`` and 16 hexadecimal digits. What is sealed already stays."""
    if _TOKEN.fullmatch(value):
        return value
    return MARK + _hash(kind, _normal(kind, value).encode()).hex()


def of(fields: list[Field], data: dict[str, Any]) -> list[Key]:
    """All keys of one version of an item (its data as they are kept), each once."""
    found: dict[Key, None] = {}
    texts: list[str] = []
    places: list[str] = []
    for field in fields:
        value = data.get(field.name)
        if field.role in PRIVATE_ROLES and isinstance(value, str):
            token = _TOKEN.fullmatch(value)
            if token:
                found[(KIND_OF_ROLE[field.role], _signed(bytes.fromhex(token[1])))] = None
        elif isinstance(value, str):
            if field.role in ("text", "displayName"):
                texts.append(value)
            if field.role == "text" or field.type == "url":
                places.append(value)
        elif isinstance(value, list):
            places += [each for each in value if isinstance(each, str)]
    for name in links(places):
        found[(LINK, _signed(_hash(LINK, name.encode())))] = None
    for band in bands("\n".join(texts)):
        found[(TEXT, _signed(_hash(TEXT, band)))] = None
    return list(found)


def links(texts: list[str]) -> list[str]:
    """The web addresses in some texts as domain and path (no scheme, ``www.``, query or closing slash), each once."""
    found: dict[str, None] = {}
    for text in texts:
        for address in _URL.findall(text[:20_000]):
            bare = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
            bare = re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/.,;:!")
            host, slash, path = bare.partition("/")
            host = host.rpartition("@")[2].lower().removeprefix("www.")
            if "." in host:
                found[host + slash + path] = None
            if len(found) == MOST_LINKS:
                return list(found)
    return list(found)


def _normal(kind: int, value: str) -> str:
    text = value.strip()
    if kind == ADDRESS:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text.lower()
        if address.version == 6:  # one household has a whole /64
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)
    if kind == PAYMENT:
        return re.sub(r"[\s-]", "", text).upper()
    return text


def _hash(kind: int, value: bytes) -> bytes:
    return hmac.new(_secret(), bytes([kind]) + value, hashlib.sha256).digest()[:8]


def _signed(raw: bytes) -> int:
    return int.from_bytes(raw, "big", signed=True)


@cache
def _secret() -> bytes:
    return config.secret("item-keys").encode()
