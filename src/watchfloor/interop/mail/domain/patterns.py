"""From an address of the web to an item of the platform: patterns a person can write, with ``{id}`` where the id stands.

``https://example.org/posts/{id}`` and ``https://*.example.org/u/{id}/*`` – a star is any run of characters without a slash. Nobody
writes regular expressions here, and what these become is matched in one pass over the link.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import re2

from watchfloor.kernel.errors import BadInput


def compiled(pattern: str) -> Any:
    """The pattern, ready to match; ``BadInput`` for one without an id, or that is none."""
    pattern = pattern.strip()
    if not pattern.startswith(("https://", "http://")):
        raise BadInput("bad_pattern", "A pattern begins with https:// or http://.", where="pattern")
    if pattern.count("{id}") != 1 or len(pattern) > 300:
        raise BadInput(
            "bad_pattern",
            "A pattern has {id} once, where the item's id stands, and at most 300 characters.",
            where="pattern",
        )
    if pattern.count("*") > 3:
        raise BadInput("bad_pattern", "A pattern has at most three stars.", where="pattern")
    rest = pattern.partition("://")[2].rstrip("/")
    parts = [re.escape(part).replace(r"\*", r"[^/?#]*") for part in rest.split("{id}")]
    return re2.compile(rf"(?is)https?://{parts[0]}(?P<id>[^/?#&]{{1,200}}){parts[1]}/?(?:[?#].*)?")


def item_in(link: str, pattern: Any) -> str:
    """The id in a link, or ""."""
    found = pattern.fullmatch(link)
    return unquote(found.group("id"))[:250] if found else ""
