"""The Markdown that a unit may use: paragraphs, lists, quotations, **strong**, *em*, `code`, [links](https://...). Everything else is text.

A small reader of our own, because a unit becomes slides and documents as well as HTML: what it reads is what all of them can show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from watchfloor.training.domain.units.shape import Block, Span

Line = tuple[int, str]  # its number in the file, its text
_BULLET = re.compile(r"[-*+]\s+(?P<text>.*)$")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(?P<text>.*)$")
_INLINE = re.compile(
    r"\\(?P<literal>[!-/:-@\[-`{-~])"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<strong>(?=\S)(?:[^*\\]|\\.)+?)(?<=\S)\*\*"
    r"|\*(?P<em>(?=\S)(?:[^*\\]|\\.)+?)(?<=\S)\*"
    r"|\[(?P<label>[^\[\]]+)\]\((?P<target>https?://[^\s()<>]+)\)"
)
_WIDE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_WIDE_BREAK = re.compile(f"(?<=[{_WIDE}])\n(?=[{_WIDE}])")


def spans(text: str) -> tuple[Span, ...]:
    """The runs of a stretch of text."""
    found: list[Span] = []
    plain, at = "", 0
    for match in _INLINE.finditer(text):
        plain += text[at : match.start()]
        at = match.end()
        if match["literal"]:
            plain += match["literal"]
            continue
        if plain:
            found.append(Span(plain))
            plain = ""
        if match["code"]:
            found.append(Span(match["code"], "code"))
        elif match["strong"]:
            found.append(Span(_literal(match["strong"]), "strong"))
        elif match["em"]:
            found.append(Span(_literal(match["em"]), "em"))
        else:
            found.append(Span(match["label"], "link", match["target"]))
    plain += text[at:]
    if plain:
        found.append(Span(plain))
    return tuple(found)


def plain(text: str) -> str:
    """A stretch of text without its looks; a link is what it says."""
    return "".join(span.text for span in spans(text))


def _literal(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def joined(lines: Sequence[str]) -> str:
    """Lines of one paragraph as a line; between two letters of a script that is written without spaces there comes none."""
    return _WIDE_BREAK.sub("", "\n".join(line.strip() for line in lines)).replace("\n", " ").strip()


def blocks(lines: Sequence[Line]) -> tuple[Block, ...]:
    """The blocks of a stretch of lines."""
    found: list[Block] = []
    kind, start, items = "", 0, list[list[str]]()

    def end() -> None:
        nonlocal kind, items
        if kind:
            texts = [joined(item) for item in items]
            found.append(Block(kind=kind, items=tuple(spans(text) for text in texts if text), line=start))
        kind, items = "", []

    for number, raw in lines:
        text = raw.strip()
        if not text:
            if kind in ("p", "quote"):
                end()
            continue
        bullet, counted = _BULLET.match(text), _NUMBER.match(text)
        quoted = text.startswith(">")
        now = "quote" if quoted else "ul" if bullet else "ol" if counted else ""
        if not now and kind in ("ul", "ol") and raw[:1].isspace():
            items[-1].append(text)  # a bullet that runs on
        elif not now and kind == "p":
            items[-1].append(text)
        else:
            if (now or "p") != kind:
                end()
                kind, start = now or "p", number
            match = bullet or counted
            said = text[1:].strip() if quoted else match["text"] if match else text
            if kind in ("ul", "ol") or not items:
                items.append([said])
            elif quoted and not said:
                items.append([])
            else:
                items[-1].append(said)
    end()
    return tuple(block for block in found if block.items)


def quoted(lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """The first quotation of a stretch as plain text with its own line breaks, and the other lines."""
    found: list[str] = []
    rest: list[Line] = []
    state = "before"
    for number, raw in lines:
        text = raw.strip()
        if state != "after" and text.startswith(">"):
            found.append(text[1:].removeprefix(" ").rstrip())
            state = "in"
            continue
        if state == "in":
            state = "after"
        rest.append((number, raw))
    return "\n".join(found).strip(), rest
