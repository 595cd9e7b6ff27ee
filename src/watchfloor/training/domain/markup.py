"""What a question shows, as HTML and back: the case in a quotation, then what is asked. For formats that hold one text of HTML. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "blockquote", "li", "br", "ul", "ol", "pre", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}


def to_html(content: Mapping[str, str]) -> str:
    """The case and the question."""
    shown, asked = content.get("text", "").strip(), content.get("question", "").strip()
    parts = []
    if shown:
        parts.append(f"<blockquote>{_lines(shown)}</blockquote>")
    if asked:
        parts.append(f"<p>{_lines(asked)}</p>")
    return "".join(parts)


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def from_html(html: str) -> dict[str, str]:
    """The case and the question of somebody's HTML: its first quotation is the case, the rest the question."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    shown, asked = (_tidy(lines) for lines in (reader.shown, reader.asked))
    if not asked:
        return {"text": shown}
    return {"text": shown, "question": asked} if shown else {"question": asked}


def plain(html: str) -> str:
    """All words of somebody's HTML."""
    found = from_html(html)
    return "\n".join(part for part in (found.get("text", ""), found.get("question", "")) if part)


def _tidy(lines: Sequence[str]) -> str:
    return "\n".join(line for line in (" ".join(each.split()) for each in lines) if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown, self.asked = [""], [""]
        self._quoted, self._ended, self._silent = 0, False, 0

    def _now(self) -> list[str]:
        return self.shown if self._quoted and not self._ended else self.asked

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        if tag == "blockquote":
            self._quoted += 1
        if tag in _BLOCKS:
            self._now().append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        if tag in _BLOCKS:
            self._now().append("")
        if tag == "blockquote" and self._quoted:
            self._quoted -= 1
            self._ended = self._ended or self._quoted == 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._now()[-1] += data
