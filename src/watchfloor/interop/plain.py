"""The text of HTML as other servers send it: nothing of it is ever shown as HTML. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

LONGEST: Final = 200_000
_BREAKS: Final = {"br", "p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "pre"}
_DROPPED: Final = {"script", "style", "template"}
_LINES: Final = re.compile(r"[ \t]*\n[ \t\n]*")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self.dropped += 1
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.dropped = max(0, self.dropped - 1)
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            self.parts.append(data)


def text_of(html: str) -> str:
    """What a person would read of it; lines where it breaks them."""
    if "<" not in html and "&" not in html:
        return html.strip()[:LONGEST]
    reader = _Text()
    reader.feed(html[:LONGEST])
    reader.close()
    return _LINES.sub("\n", "".join(reader.parts)).strip()
