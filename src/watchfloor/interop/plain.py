"""The text of HTML as other servers send it: nothing of it is ever shown as HTML. Pure.

The standard library's parser takes time without end for some texts (``<a <a <a``) and does not survive others (``<![x>``): this one looks
at each character a few times at most, and keeps what it does not understand as text.
"""

from __future__ import annotations

import html
import re
from typing import Final

LONGEST: Final = 200_000
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?][^<>]*>")
_BREAKS: Final = frozenset({"br", "p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "pre"})
_DROPPED: Final = {name: re.compile(rf"</{name}[^<>]*>", re.IGNORECASE) for name in ("script", "style", "template")}


def text_of(given: str) -> str:
    """What a person would read of it; lines where it breaks them."""
    given = given[:LONGEST]
    if "<" not in given and "&" not in given:
        return given.strip()
    parts: list[str] = []
    at = 0
    comments = True  # there may be another comment that ends
    while (mark := given.find("<", at)) >= 0:
        parts.append(given[at:mark])
        at = mark
        if comments and given.startswith("<!--", mark):
            end = given.find("-->", mark + 4)
            comments = end >= 0
            if comments:
                at = end + 3
                continue
        tag = _TAG.match(given, mark)
        if tag is None:
            parts.append("<")
            at = mark + 1
            continue
        at = tag.end()
        name = (tag[2] or "").lower()
        if name in _BREAKS and (not tag[1] or name == "p"):
            parts.append("\n")
        elif name in _DROPPED and not tag[1]:
            closing = _DROPPED[name].search(given, at)
            at = closing.end() if closing else len(given)
    parts.append(given[at:])
    lines = (line.strip() for line in html.unescape("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)
