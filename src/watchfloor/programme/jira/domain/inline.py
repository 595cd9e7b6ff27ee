"""Words within a block: marks (strong, emphasis, strike, code, links) and line breaks, as text and as nodes of a document."""

from __future__ import annotations

import re
from typing import Any, Final

Node = dict[str, Any]
WORDS: Final = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "blockCard", "date", "status"})
_ORDER: Final = ("link", "strong", "em", "strike", "code")  # outermost first
_SIGNS: Final = {"**": "strong", "_": "em", "~~": "strike"}
_SIGN_OF: Final = {kind: sign for sign, kind in _SIGNS.items()}
_SPECIAL = re.compile(r"([\\`*_~\[\]])")
_ESCAPED = frozenset("\\`*_~[]()<>#+-.!|")
_CODE = re.compile(r"`+")
SCHEMES: Final = ("https://", "http://", "mailto:")


def read(lines: list[str]) -> list[Node]:
    """The nodes of some lines; a break between any two."""
    parser = _Parser("\n".join(lines))
    made, _ = parser.until("", ())
    return _joined(made)


def bare(text: str) -> str:
    """The words without their marks."""
    return " ".join(str(node.get("text", " ")) for node in read(text.split("\n")))


class _Parser:
    """Recursive descent: a sign within its own mark closes it; one that is never closed is itself."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.steps = text, 0, 0

    def until(self, stop: str, marks: tuple[tuple[str, str], ...]) -> tuple[list[Node], bool]:
        """Nodes up to ``stop``; whether it was found."""
        made: list[Node] = []
        while self.at < len(self.text):
            if stop and self.text.startswith(stop, self.at) and self._closes(stop):
                self.at += len(stop)
                return made, True
            made += self._one(marks)
        return made, not stop

    def _one(self, marks: tuple[tuple[str, str], ...]) -> list[Node]:
        text, at = self.text, self.at
        sign = text[at]
        if sign == "\\" and at + 1 < len(text) and text[at + 1] in _ESCAPED:
            self.at += 2
            return [_text(text[at + 1], marks)]
        if sign == "\n":
            self.at += 1
            return [{"type": "hardBreak"}]
        if sign == "`" and (found := self._code()) is not None:
            kept = tuple(
                mark for mark in marks if mark[0] == "link"
            )  # Jira's schema lets code be a link, and nothing else
            return [_text(found, (*kept, ("code", "")))]
        self.steps += 1
        if self.steps < 10_000:  # beyond, signs are themselves: no text costs more than its length, many times over
            kinds = {kind for kind, _ in marks}
            if sign == "[" and "link" not in kinds and (made := self._link(marks)) is not None:
                return made
            for mark, kind in _SIGNS.items():
                if text.startswith(mark, at) and kind not in kinds and self._opens(mark):
                    self.at += len(mark)
                    made, closed = self.until(mark, (*marks, (kind, "")))
                    if closed and made:
                        return made
                    self.at = at
        self.at = at + 1
        return [_text(sign, marks)]

    def _opens(self, sign: str) -> bool:
        """Before a word; an underscore within a word is itself."""
        after = self.text[self.at + len(sign) : self.at + len(sign) + 1]
        before = self.text[self.at - 1 : self.at]
        return bool(after.strip()) and not (sign == "_" and before.isalnum())

    def _closes(self, sign: str) -> bool:
        after = self.text[self.at + len(sign) : self.at + len(sign) + 1]
        before = self.text[self.at - 1 : self.at]
        return bool(before.strip()) and not (sign == "_" and after.isalnum())

    def _code(self) -> str | None:
        fence = _CODE.match(self.text, self.at)
        assert fence is not None
        for end in _CODE.finditer(self.text, fence.end()):
            if end[0] == fence[0]:
                inner = self.text[fence.end() : end.start()]
                if not inner or "\n" in inner:
                    return None
                self.at = end.end()
                if len(inner) > 2 and inner[0] == inner[-1] == " " and inner.strip():
                    return inner[1:-1]
                return inner
        return None

    def _link(self, marks: tuple[tuple[str, str], ...]) -> list[Node] | None:
        begun = self.at
        close = _target(self.text, begun)
        if close is None:
            return None
        href, opens, after = close
        self.at = begun + 1
        inner = _Parser(self.text[begun + 1 : opens])
        inner.steps = self.steps
        made, _ = inner.until("", (*marks, ("link", href)))
        self.steps = inner.steps
        if not made:
            self.at = begun
            return None
        self.at = after
        return made


def _target(text: str, begun: int) -> tuple[str, int, int] | None:
    """Of ``[words](address)`` that begins here: the address, where the words end, what follows."""
    at = begun + 1
    while at < len(text) and text[at] != "]":
        if text[at] in "\n[":
            return None
        if text[at] == "`":
            fence = _CODE.match(text, at)
            assert fence is not None
            ends = (end for end in _CODE.finditer(text, fence.end()) if end[0] == fence[0])
            at = next((end.end() for end in ends), fence.end())
        else:
            at += 2 if text[at] == "\\" else 1
    if not text.startswith("](", at):
        return None
    if text.startswith("<", at + 2):
        end = text.find(">)", at + 3)
        href, after = text[at + 3 : end], end + 2
    else:
        end = text.find(")", at + 2)
        href, after = text[at + 2 : end], end + 1
    if end < 0 or not href.lower().startswith(SCHEMES) or re.search(r"[\s<>]", href):
        return None
    return href, at, after


def written(nodes: list[Node]) -> tuple[list[str], bool]:
    """Nodes as lines, and whether all of it could be said."""
    whole = True
    text = ""
    runs = _joined([_plain(node) for node in nodes])
    for place, node in enumerate(runs):
        if _within_word(runs, place):  # there is no sign for it
            node = {**node, "marks": [mark for mark in _marks(node) if mark["type"] != "em"]}
            whole = False
        text += "\n" if node["type"] == "hardBreak" else _marked(node)
    whole = whole and all(_sayable(node) for node in nodes)
    lines = [line.strip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    kept = [line for line in lines if line]
    return kept, whole and len(kept) == len(lines)


def _within_word(runs: list[Node], place: int) -> bool:
    node = runs[place]
    if not any(mark["type"] == "em" for mark in _marks(node)):
        return False
    words = str(node["text"])
    before = str(runs[place - 1].get("text", "")) if place else ""
    after = str(runs[place + 1].get("text", "")) if place + 1 < len(runs) else ""
    glued = (words[:1].strip() and before[-1:].isalnum()) or (words[-1:].strip() and after[:1].isalnum())
    return bool(glued)


def _sayable(node: Node) -> bool:
    if node.get("type") not in ("text", "hardBreak"):
        return False
    for mark in _marks(node):
        kind = mark.get("type")
        if kind not in _ORDER:
            return False
        if kind == "link" and not str(_attrs(mark).get("href", "")).lower().startswith(SCHEMES):
            return False
    return True


def _plain(node: Node) -> Node:
    """Any inline node as text or a break."""
    kind, attrs = node.get("type"), _attrs(node)
    if kind == "hardBreak":
        return {"type": "hardBreak"}
    if kind == "text":
        known = [mark for mark in _marks(node) if mark.get("type") in _ORDER]
        made: Node = {"type": "text", "text": str(node.get("text", ""))}
        return {**made, "marks": known} if known else made
    said = {
        "mention": attrs.get("text"), "emoji": attrs.get("text") or attrs.get("shortName"), "inlineCard": attrs.get("url"),
        "blockCard": attrs.get("url"), "date": attrs.get("timestamp"), "status": attrs.get("text"),
    }.get(str(kind))  # fmt: skip
    return {"type": "text", "text": str(said or "")}


def _marked(node: Node) -> str:
    """One run of text with its signs; white space stands outside of them."""
    words = str(node["text"]).replace("\r", " ").replace("\n", " ")
    bare = words.strip()
    if not bare:
        return words
    lead, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    kinds = {str(mark["type"]): mark for mark in _marks(node)}
    if "code" in kinds:
        fence = "`" * (1 + max((len(run) for run in _CODE.findall(bare)), default=0))
        pad = " " if bare.startswith("`") or bare.endswith("`") else ""
        made = f"{fence}{pad}{bare}{pad}{fence}"
    else:
        made = _SPECIAL.sub(r"\\\1", bare)
    for kind in reversed(_ORDER):
        if kind not in kinds or kind == "code":
            continue
        if kind == "link":
            href = str(_attrs(kinds[kind]).get("href", ""))
            if href.lower().startswith(SCHEMES) and not re.search(r"[\s<>]", href):
                made = f"[{made}](<{href}>)" if re.search(r"[()]", href) else f"[{made}]({href})"
        else:
            made = f"{_SIGN_OF[kind]}{made}{_SIGN_OF[kind]}"
    return lead + made + tail


def _text(text: str, marks: tuple[tuple[str, str], ...]) -> Node:
    made: Node = {"type": "text", "text": text}
    kinds = dict(marks)
    if kinds:
        made["marks"] = [
            {"type": "link", "attrs": {"href": kinds[kind]}} if kind == "link" else {"type": kind}
            for kind in _ORDER
            if kind in kinds
        ]
    return made


def _joined(nodes: list[Node]) -> list[Node]:
    """Neighbours with the same marks are one; white space at the ends of lines is none."""
    made: list[Node] = []
    for node in nodes:
        if node["type"] == "text" and not node["text"]:
            continue
        last = made[-1] if made else None
        if last and last["type"] == node["type"] == "text" and last.get("marks") == node.get("marks"):
            made[-1] = {**last, "text": last["text"] + node["text"]}
        else:
            made.append(node)
    return made


def _marks(node: Node) -> list[Node]:
    found = node.get("marks")
    kept = (
        [each for each in found if isinstance(each, dict) and isinstance(each.get("type"), str)]
        if isinstance(found, list)
        else []
    )
    return sorted(kept, key=lambda mark: _ORDER.index(mark["type"]) if mark.get("type") in _ORDER else 9)


def _attrs(node: Node) -> Node:
    found = node.get("attrs")
    return found if isinstance(found, dict) else {}
