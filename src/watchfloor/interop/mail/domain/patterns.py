"""From an address of the web to an item of the platform: patterns a person can write, with ``{id}`` where the id stands.

``https://example.org/posts/{id}`` and ``https://*.example.org/u/{id}/*`` – a star is any run of characters without a slash. No regular
expressions, so none can be made to run for ever.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from watchfloor.kernel.errors import BadInput


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, ready to match; ``BadInput`` for one without an id, or that is none."""
    pattern = pattern.strip()
    if not pattern.startswith(("https://", "http://")):
        raise BadInput("bad_pattern", "A pattern begins with https:// or http://.", where="pattern")
    if pattern.count("{id}") != 1 or len(pattern) > 300:
        raise BadInput("bad_pattern", "A pattern has {id} once, where the item's id stands, and at most 300 characters.", where="pattern")
    if pattern.count("*") > 3:
        raise BadInput("bad_pattern", "A pattern has at most three stars.", where="pattern")
    rest = pattern.partition("://")[2].rstrip("/")
    parts = [re.escape(part).replace(r"\*", r"[^/?#]*+") for part in rest.split("{id}")]
    return re.compile(rf"https?://{parts[0]}(?P<id>[^/?#&]{{1,200}}+){parts[1]}/?(?:[?#].*)?", re.IGNORECASE | re.DOTALL)


def item_in(link: str, pattern: re.Pattern[str]) -> str:
    """The id in a link, or ""."""
    found = pattern.fullmatch(link)
    return unquote(found["id"])[:250] if found else ""
