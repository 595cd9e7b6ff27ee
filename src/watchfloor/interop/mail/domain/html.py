"""The text of an HTML page, in one pass over it: what tags, scripts and styles say is left out, where links lead is kept.

A mail's page is nobody's friend; the passes of a lenient parser can be made to cost the square of its length. This looks at each
character once.
"""

from __future__ import annotations

import html
import re
from typing import Final

MOST: Final = 400_000  # characters looked at
_BLOCKS: Final = frozenset({
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section",
    "article", "header", "footer", "hr",
})  # fmt: skip
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math"})
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_HREF = re.compile(r"""\bhref\s*=\s*["']?(https?://[^"'\s>]{1,2000})""", re.IGNORECASE)
_GAPS = re.compile(r"[ \t\f\v]{2,}")


def html_text(page: str) -> str:
    """What a person would read, with the addresses of links in angle brackets behind them."""
    page = page[:MOST]
    lower = page.lower()
    out: list[str] = []
    at, waiting, closes = 0, "", -1
    never: set[str] = set()  # tags that are not closed any more: looked for once
    while at < len(page):
        start = page.find("<", at)
        if start < 0:
            out.append(page[at:])
            break
        out.append(page[at:start])
        if page.startswith("<!--", start):
            end = page.find("-->", start + 4)
            at = len(page) if end < 0 else end + 3
            continue
        if closes < start:
            closes = page.find(">", start)
        end = closes
        if end < 0:
            break
        name = _NAME.match(page, start + 1)
        tag = name[1].lower() if name else ""
        closing = page.startswith("</", start)
        at = end + 1
        if not tag:
            if page[start + 1 : start + 2] not in ("!", "?", "/"):  # a "less than" in a text
                out.append("<")
                at = start + 1
        elif tag in _SILENT and not closing:
            close = -1 if tag in never else lower.find(f"</{tag}", end)
            if close < 0:
                never.add(tag)
            at = close if close >= 0 else (len(page) if tag in ("script", "style") else at)
        elif tag in _BLOCKS:
            out.append("\n")
        elif tag == "a" and not closing:
            found = _HREF.search(page, start, min(end, start + 4_000))
            waiting = html.unescape(found[1]) if found else ""
        elif tag == "a" and waiting:
            out.append(f" <{waiting}> ")
            waiting = ""
    text = html.unescape("".join(out))
    lines = [_GAPS.sub(" ", line).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
