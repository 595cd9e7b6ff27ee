"""Shared keys without their values: a keyed hash is kept, and the value is read again from the item's text when a person looks."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from watchfloor.engines.campaigns.keys import found_in
from watchfloor.platform import config


def token(kind: str, value: str) -> str:
    """16 hexadecimal digits that stand for one value of one kind."""
    return hmac.new(_secret(), f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()[:16]


def values(texts: list[str], wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(kind, token) -> value, of those that stand in one of the texts. Devices, networks and payment means are known to nobody."""
    found: dict[tuple[str, str], str] = {}
    for text in texts:
        if len(found) == len(wanted):
            break
        for kind, value in found_in(text):
            name = (kind, token(kind, value))
            if name in wanted:
                found[name] = value
    return found


@cache
def _secret() -> bytes:
    return config.secret("campaign-keys").encode()
