"""Jira's document format and plain text, both ways: descriptions and comments are read and written here as text.

REST v3 takes and gives rich text as a tree (the Atlassian Document Format). People here write a small subset of Markdown, in which
a line break is a line break. ``to_adf(to_text(doc)) == doc`` for whatever the subset can say; what it cannot (tables, pictures,
mentions) is read as text as well as may be, and ``Read.whole`` says that something was left behind, so that nobody writes the poorer
text over the richer one.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from watchfloor.programme.jira.domain import inline

Node = dict[str, Any]
DEEPEST: Final = 6  # lists within lists; what lies deeper is lifted up
_ITEM = re.compile(r"^( *)(?:([-*+])|(\d{1,6})[.)]) +(.*)$")
_FENCE = re.compile(r"^(`{3,})([\w+#.-]*) *$")
_HEADING = re.compile(r"^(#{1,6}) +(.*)$")
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|_{3,}) *$")
_BEGINS = re.compile(r"^(#{1,6}(?= |$)|>|[-+*](?= |$)|-{3,}|\*{3,}|_{3,}|`{3,})")
_NUMBER = re.compile(r"^(\d{1,6})([.)])(?= |$)")


class Read(msgspec.Struct, frozen=True):
    """A document as text. ``whole``: nothing in it was beyond the subset."""

    text: str
    whole: bool = True


def to_adf(text: str) -> Node:
    """The document a text stands for. Any text is one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {"version": 1, "type": "doc", "content": _blocks([line.rstrip() for line in lines])}


def to_text(doc: object) -> Read:
    """A document as text; for what is none, an empty one that is not whole."""
    if doc is None:
        return Read("")
    if isinstance(doc, str):  # v2 and comments of old: plain text
        return Read(canonical(doc))
    if not isinstance(doc, dict) or doc.get("type") != "doc":
        return Read("", whole=False)
    writer = _Writer()
    lines = writer.blocks(_children(doc))
    return Read("\n".join(lines).strip("\n"), whole=writer.whole)


def canonical(text: str) -> str:
    """The one spelling of a text: two texts that mean the same document are equal in it."""
    return to_text(to_adf(text)).text


def plain(text: str) -> str:
    """A text on one line, without marks: for a title."""
    return " ".join(inline.bare(text).split())


# --- text -> document ---


def _blocks(lines: list[str]) -> list[Node]:
    made: list[Node] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif fence := _FENCE.match(line):
            end = next(
                (n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[1]), len(lines)
            )  # without its end: to the end
            made.append(_code("\n".join(lines[at + 1 : end]), fence[2]))
            at = end + 1
        elif heading := _HEADING.match(line):
            made.append(_with({"type": "heading", "attrs": {"level": len(heading[1])}}, inline.read([heading[2]])))
            at += 1
        elif _RULE.match(line):
            made.append({"type": "rule"})
            at += 1
        elif line.startswith(">"):
            end = _while(lines, at, lambda each: each.startswith(">"))
            inner = _paragraphs([each[1:].removeprefix(" ") for each in lines[at:end]])
            made.append({"type": "blockquote", "content": inner or [{"type": "paragraph", "content": []}]})
            at = end
        elif _ITEM.match(line):
            end = _while(lines, at, lambda each: bool(each.strip()))
            made += _lists(lines[at:end])
            at = end
        else:
            end = at + 1
            while end < len(lines) and lines[end].strip() and not _opens(lines[end]):
                end += 1
            made += _paragraphs(lines[at:end])
            at = end
    return made


def _opens(line: str) -> bool:
    """Whether a line begins something other than a paragraph."""
    return bool(
        _FENCE.match(line) or _HEADING.match(line) or _RULE.match(line) or line.startswith(">") or _ITEM.match(line)
    )


def _while(lines: list[str], at: int, holds: Any) -> int:
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _paragraphs(lines: list[str]) -> list[Node]:
    made: list[Node] = []
    held: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            held.append(line.strip())
        elif held:
            made.append(_with({"type": "paragraph"}, inline.read(held)))
            held = []
    return [each for each in made if each["content"]]


def _lists(lines: list[str]) -> list[Node]:
    """The lists in a stretch of lines without an empty one; an indented line without a mark goes on with its item."""
    made: list[Node] = []
    at = 0
    while at < len(lines):
        found = _ITEM.match(lines[at])
        if found is None:  # a stretch begins with an item, and items take what follows them
            made += _paragraphs([lines[at]])
            at += 1
            continue
        depth, ordered = len(found[1]), found[3] is not None
        items: list[Node] = []
        number = int(found[3] or 1)
        while at < len(lines):
            item = _ITEM.match(lines[at])
            if item is None or len(item[1]) < depth or (item[3] is not None) is not ordered:
                break
            if len(item[1]) > depth:
                break
            end = at + 1
            while end < len(lines) and not ((next_ := _ITEM.match(lines[end])) and len(next_[1]) <= depth):
                end += 1
            items.append(_item(item[4], lines[at + 1 : end]))
            at = end
        if not items:  # deeper than where it began: a list of its own
            items, at = [_item(found[4], [])], at + 1
        node: Node = {"type": "orderedList" if ordered else "bulletList"}
        if ordered:
            node["attrs"] = {"order": number}
        made.append({**node, "content": items})
    return made


def _item(first: str, more: list[str]) -> Node:
    text = [first]
    at = 0
    while at < len(more) and not _ITEM.match(more[at]):
        text.append(more[at])
        at += 1
    content: list[Node] = [_with({"type": "paragraph"}, inline.read([each.strip() for each in text if each.strip()]))]
    return {"type": "listItem", "content": content + _lists(more[at:])}


def _with(node: Node, content: list[Node]) -> Node:
    return {**node, "content": content}


def _code(text: str, language: str) -> Node:
    attrs = {"attrs": {"language": language}} if language else {}
    return {"type": "codeBlock", **attrs, "content": [{"type": "text", "text": text}] if text else []}


# --- document -> text ---


class _Writer:
    def __init__(self) -> None:
        self.whole = True

    def blocks(self, nodes: list[Node]) -> list[str]:
        """Lines; an empty one between any two blocks."""
        lines: list[str] = []
        for node in nodes:
            made = self.block(node)
            if made:
                lines += ["", *made] if lines else made
        return lines

    def block(self, node: Node) -> list[str]:
        kind, inner = node.get("type"), _children(node)
        match kind:
            case "paragraph":
                return [_escaped(line) for line in self.line(inner)]
            case "heading":
                words = " ".join(self.line(inner))
                level = _whole(_attrs(node).get("level"), 1, 6)
                return [f"{'#' * level} {words}"] if words else []
            case "bulletList" | "orderedList":
                return self.items(node, 0)
            case "codeBlock":
                text = "".join(str(each.get("text", "")) for each in inner)
                fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
                language = re.sub(r"[^\w+#.-]", "", str(_attrs(node).get("language") or ""))
                return (
                    [f"{fence}{language}", *(line.rstrip() for line in text.split("\n") if text), fence]
                    if text or language
                    else []
                )
            case "blockquote":
                return [f"> {line}".rstrip() for line in self._flat(inner)]
            case "rule":
                return ["---"]
        return self._beyond(node)

    def line(self, nodes: list[Node]) -> list[str]:
        """Inline nodes as lines: one more after each break."""
        lines, whole = inline.written(nodes)
        self.whole = self.whole and whole
        return lines

    def items(self, node: Node, depth: int) -> list[str]:
        """A list, each item with a mark; lists within are indented by four."""
        lines: list[str] = []
        ordered = node.get("type") == "orderedList"
        number = _whole(_attrs(node).get("order"), 0, 900_000) if ordered else 0
        for place, item in enumerate(_children(node)):
            mark = f"{number + place}. " if ordered else "- "
            inner = _children(item)
            first = inner[0] if inner and inner[0].get("type") == "paragraph" else None
            words = [_escaped(line) for line in self.line(_children(first))] if first else []
            pad = " " * (4 * depth)
            lines.append(f"{pad}{mark}{words[0] if words else '...'}")
            self.whole = self.whole and bool(words)
            lines += [f"{pad}  {line}" for line in words[1:]]
            for each in inner[1:] if first else inner:
                if each.get("type") in ("bulletList", "orderedList"):
                    if depth + 1 >= DEEPEST:
                        self.whole = False
                    lines += self.items(each, min(depth + 1, DEEPEST))
                else:  # a second paragraph, code: its words go on with the item
                    self.whole = False
                    lines += [f"{pad}  {line}" for line in self._flat([each]) if line.strip()]
        return lines

    def _flat(self, nodes: list[Node]) -> list[str]:
        """Paragraphs, and anything else as the paragraphs of its words."""
        lines: list[str] = []
        for node in nodes:
            if node.get("type") == "paragraph":
                made = [_escaped(line) for line in self.line(_children(node))]
            else:
                self.whole = False
                made = [_escaped(line.lstrip(" >#-+*0123456789.`")) for line in self.block(node)]
            if made:
                lines += ["", *made] if lines else made
        return lines

    def _beyond(self, node: Node) -> list[str]:
        """What the subset has no word for: its words, as well as may be."""
        self.whole = False
        kind, inner = node.get("type"), _children(node)
        if kind == "tableRow":
            cells = [" ".join(line for line in self.blocks(_children(cell)) if line) for cell in inner]
            return [_escaped(" | ".join(cells))]
        if kind in ("mediaSingle", "mediaGroup", "media"):
            return ["\\[picture or file in Jira\\]"]
        if kind in inline.WORDS:
            return [_escaped(line) for line in self.line([node])]
        if kind in ("taskItem", "decisionItem"):
            return [_escaped(line) for line in self.line(inner)]
        if kind == "table":
            return [line for row in inner for line in self.block(row)]
        return self.blocks(inner)


def _escaped(line: str) -> str:
    """A line of a paragraph that would read as the beginning of something else."""
    # A run of code may begin a line with as many signs as a block does; a block has nothing after its language.
    if _BEGINS.match(line) and not (line.startswith("`") and not _FENCE.match(line)):
        return "\\" + line
    return _NUMBER.sub(r"\1\\\2", line)


def _children(node: object) -> list[Node]:
    inner = node.get("content") if isinstance(node, dict) else None
    if not isinstance(inner, list):
        return []
    return [each for each in inner if isinstance(each, dict) and isinstance(each.get("type"), str)]


def _attrs(node: Node) -> dict[str, Any]:
    found = node.get("attrs")
    return found if isinstance(found, dict) else {}


def _whole(value: object, least: int, most: int) -> int:
    return min(max(value, least), most) if isinstance(value, int) and not isinstance(value, bool) else least
