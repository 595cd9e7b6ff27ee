"""What a rule file names, read from its tokens alone: it works on a text that is half typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.lexing import Token, tokens

_OPEN, _CLOSE = "([{", ")]}"
_TRUTH = {"==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "in"}


class Named(msgspec.Struct, frozen=True):
    """One name and what is known of it.

    Attributes:
        type: its type in the language's words, ``""`` where the text alone does not tell.
        value: what it was given, as written, on one line.
        comment: the comment lines just above it.
        start: where its statement begins; ``end``: where it ends (exclusive); ``line`` counts from 1.
        function: the function called, if its value is a call.
    """

    name: str
    type: str
    value: str
    comment: str
    file: str
    line: int
    start: int
    end: int
    function: str = ""

    @property
    def is_rule(self) -> bool:
        """Whether it names a rule."""
        return self.type == "Rule"


def statements(found: Sequence[Token]) -> list[list[Token]]:
    """The tokens statement by statement, comments and line ends left out.

    A name at the beginning of a line that is given a value there begins a new statement even where a bracket was left open: one
    unfinished statement does not swallow the rest.
    """
    result: list[list[Token]] = []
    current: list[Token] = []
    depth, fresh = 0, True
    for place, token in enumerate(found):
        if token.kind == "newline":
            fresh = True
            if depth == 0 and current:
                result.append(current)
                current = []
            continue
        if token.kind == "comment":
            continue
        at_margin = fresh and (place == 0 or found[place - 1].end == token.start)
        if at_margin and depth and token.kind == "name" and _begins(found, place):
            result.append(current)
            current, depth = [], 0
        fresh = False
        if token.kind == "sign":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            depth = max(depth, 0)
        current.append(token)
    if current:
        result.append(current)
    return result


def _begins(found: Sequence[Token], place: int) -> bool:
    after = found[place + 1] if place + 1 < len(found) else None
    if after is None or after.kind != "sign":
        return False
    return after.text in ("=", ":") or (after.text == "(" and found[place].text in ("Import", "Require", "WhenRules"))


def outline(text: str, path: str, functions: Mapping[str, Function]) -> tuple[Named, ...]:
    """Every name the text gives a value to, in order; of one given twice, the first."""
    found = tokens(text)
    comments = _comments(text, found)
    known: dict[str, Named] = {}
    for statement in statements(found):
        head = statement[0]
        if head.kind != "name" or len(statement) < 2 or statement[1].text not in ("=", ":"):
            continue
        equals = next((n for n, token in enumerate(statement) if token.text == "="), len(statement))
        written = text[statement[1].end : statement[equals].start] if equals < len(statement) else ""
        value = statement[equals + 1 :]
        line = text.count("\n", 0, head.start) + 1
        body = " ".join(text[value[0].start : value[-1].end].split()) if value else ""
        function = value[0].text if len(value) > 1 and value[0].kind == "name" and value[1].text == "(" else ""
        known.setdefault(
            head.text,
            Named(
                head.text,
                written.strip() if statement[1].text == ":" else _guess(value, known, functions),
                body,
                comments.get(line - 1, ""),
                path,
                line,
                head.start,
                statement[-1].end,
                function,
            ),
        )
    return tuple(known.values())


def imports(text: str) -> tuple[str, ...]:
    """The files a text imports."""
    found: list[str] = []
    for statement in statements(tokens(text)):
        if statement[0].text == "Import":
            found.extend(token.content for token in statement if token.kind == "text" and token.closed)
    return tuple(dict.fromkeys(found))


def in_scope(
    text: str, path: str, sources: Mapping[str, str], functions: Mapping[str, Function], before: int | None = None
) -> tuple[Named, ...]:
    """The names a place in a file may use: the file's own so far (all where ``before`` is None), and those of its imports."""
    own = [each for each in outline(text, path, functions) if before is None or each.end < before]
    known = {each.name: each for each in own}
    for file in imports(text):
        if file in sources and file != path:
            for each in outline(sources[file], file, functions):
                if not each.name.startswith("_"):
                    known.setdefault(each.name, each)
    return tuple(known.values())


def _guess(value: Sequence[Token], known: Mapping[str, Named], functions: Mapping[str, Function]) -> str:
    """The type of a value by its look: a call, a comparison, a literal, another name."""
    depth = 0
    for token in value:
        depth += (token.text in _OPEN and token.kind == "sign") - (token.text in _CLOSE and token.kind == "sign")
        if depth == 0 and token.text in _TRUTH and token.kind in ("sign", "name"):
            return "bool"
    if not value:
        return ""
    head = value[0]
    if head.kind == "text":
        return "str"
    if head.kind == "number":
        return "float" if "." in head.text else "int"
    if head.text in ("True", "False"):
        return "bool"
    if head.text == "[" and len(value) > 1 and value[1].kind in ("text", "number"):
        return "List[str]" if value[1].kind == "text" else "List[int]"
    if len(value) > 1 and value[1].text == "(" and value[-1].text == ")":
        function = functions.get(head.text)
        return str(function.result) if function is not None and function.result not in (t.ANY, t.NOTHING) else ""
    if len(value) == 1 and head.text in known:
        return known[head.text].type
    return ""


def _comments(text: str, found: Sequence[Token]) -> dict[int, str]:
    """Blocks of whole-line comments, by the line on which they end."""
    blocks: dict[int, str] = {}
    for place, token in enumerate(found):
        if token.kind != "comment" or (place and found[place - 1].kind != "newline"):
            continue
        line = text.count("\n", 0, token.start) + 1
        words = token.text.lstrip("#").strip()
        blocks[line] = f"{blocks.pop(line - 1)} {words}" if line - 1 in blocks else words
    return blocks
