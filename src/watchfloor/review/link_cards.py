"""Links of an item as cards that load nothing: the host as it is really written, the way, and the lists it is on.

Which lists there are is known above this context: whoever keeps lists says so by ``asked_of``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from watchfloor.items.domain import Field

MOST, MAX_URL = 20, 2_000
Lists = Callable[[str], Iterable[str]]
_lists: list[Lists] = []
_OTHER = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # mailto:, javascript: ...; host:443 is none


class Link(msgspec.Struct, frozen=True):
    """``host`` in ASCII (an IDN in Punycode, so that look-alikes differ), ``shown`` as its letters are when that is different."""

    host: str
    shown: str
    way: str
    secure: bool
    lists: tuple[str, ...]


def asked_of(lists: Lists) -> None:
    """Say which lists a host is on: called with the host, gives the lists' names."""
    if lists not in _lists:
        _lists.append(lists)


def links(fields: Iterable[Field], data: dict[str, Any]) -> tuple[Link, ...]:
    """The links of a snapshot: fields of the type ``url`` and the list ``links``; each host and way once."""
    found: dict[tuple[str, str], Link] = {}
    named = [data.get(field.name) for field in fields if field.type == "url"]
    listed = data.get("links")
    for text in [*named, *(listed[:MOST] if isinstance(listed, list) else [])]:
        link = card(text) if isinstance(text, str) else None
        if link is not None:
            found.setdefault((link.host, link.way), link)
    return tuple(found.values())[:MOST]


def card(url: str) -> Link | None:
    """One link; None for what is no web address."""
    url = url.strip()[:MAX_URL]
    if "://" not in url and _OTHER.match(url):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host:
        return None
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        ascii_host = host
    shown = _letters(ascii_host)
    way = parts.path + (f"?{parts.query}" if parts.query else "")
    named = sorted({name for ask in _lists for name in ask(ascii_host)})
    return Link(ascii_host, shown if shown != ascii_host else "", way[:300], parts.scheme == "https", tuple(named))


def _letters(host: str) -> str:
    try:
        return host.encode().decode("idna")
    except UnicodeError:
        return host
