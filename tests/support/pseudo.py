"""A language made for tests: every message the console says comes out as ``[[message]]``, so that what is not said so shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import trans_real

from watchfloor.kernel.remembered import forget_all

CONTEXT = "\x04"  # stands between context and message in gettext
SILENT = {
    "script",
    "style",
    "cite",
    "code",
    "pre",
    "kbd",
    "time",
    "bdi",
    "textarea",
    "datalist",
    "title",
    "template",
    "svg",
    "var",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Identifiers, figures, expressions, what users wrote; and errors, which are English.
DATA_CLASSES = {"id", "num", "mono", "item-text", "note-red", "error", "form-errors", "toast-red"}
SPOKEN = ("aria-label", "title", "placeholder", "alt", "aria-description")
WORD = re.compile(r"[^\W\d_]{2,}")


class _Bracketing(trans_real.DjangoTranslation):
    """English, each message in brackets."""

    def gettext(self, message: str) -> str:
        return f"[[{message.rpartition(CONTEXT)[2]}]]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def spoken() -> Iterator[None]:
    """Inside, English is the bracketing language."""
    real = trans_real.translation("en")
    trans_real._translations["en"] = _Bracketing("en")  # type: ignore[attr-defined]
    forget_all()
    trans_real.activate("en")
    try:
        yield
    finally:
        trans_real._translations["en"] = real  # type: ignore[attr-defined]
        trans_real.activate("en")
        forget_all()


class _Reader(HTMLParser):
    """Collects what is outside of brackets: text a person sees, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.depth = 0
        self.parts: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        silent = tag in SILENT or bool(classes & DATA_CLASSES) or "data-user" in given or given.get("dir") == "auto"
        silent = silent or (bool(self.open) and self.open[-1][1])
        if not silent:
            self.found += [left for name in SPOKEN if (left := outside(given.get(name) or ""))]
        if tag not in VOID:
            self._flush()
            self.open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        self._flush()
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        silent = bool(self.open) and self.open[-1][1]
        left, self.depth = _outside(data, self.depth)
        if not silent:
            self.parts.append(left)

    def _flush(self) -> None:
        left = " ".join("".join(self.parts).split())
        self.parts = []
        if WORD.search(left):
            self.found.append(left)


def outside(text: str) -> str:
    """What of a text is outside of all brackets, when there is a word in it."""
    left = " ".join(_outside(text, 0)[0].split())
    return left if WORD.search(left) else ""


def _outside(text: str, depth: int) -> tuple[str, int]:
    left = []
    for part in re.split(r"(\[\[|\]\])", text):
        if part == "[[":
            depth += 1
        elif part == "]]":
            depth = max(0, depth - 1)
        elif depth == 0:
            left.append(part)
    return "".join(left), depth


def unspoken(html: str) -> list[str]:
    """Visible words of a page that did not come through gettext, data among them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


def texts_of(value: Any) -> Iterator[str]:
    """All texts inside a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts_of(each)
