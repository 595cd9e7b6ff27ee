"""What the formatter reads: the tokens of a rule file, in groups by bracket, with the comments that belong to them."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

_OPEN = {"(": ")", "[": "]", "{": "}"}
_TIGHT_BEFORE = frozenset((",", ":", ")", "]", "}", ";"))
_WORDS = frozenset(("and", "or", "not", "in", "is"))


@dataclass
class Token:
    """A word, number, text or operator. ``kind`` is ``word``, ``operator``, ``unary`` or ``tight`` (a kwarg's ``=``)."""

    text: str
    kind: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def wants_space_after(self) -> bool:
        return self.kind == "operator" or self.text in _WORDS or self.text in (",", ":")


@dataclass
class Group:
    """Brackets and what is in them."""

    open: str
    close: str
    items: list[Item] = field(default_factory=list)
    is_call: bool = False
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    trailing: list[str] = field(default_factory=list)
    """Comments on lines of their own before the closing bracket."""

    @property
    def has_commas(self) -> bool:
        return self.takes_trailing_comma or any(isinstance(item, Token) and item.text == "," for item in self.items)

    @property
    def takes_trailing_comma(self) -> bool:
        """Yes for calls and lists; not for brackets around a value, nor for the types in ``Optional[...]``."""
        return self.is_call == (self.open == "(")

    def parts(self) -> list[Part]:
        """The items between commas, each with the comments before and after it."""
        parts: list[Part] = [Part()]
        for item in self.items:
            if isinstance(item, Token) and item.text == ",":
                parts[-1].before.extend(item.before)
                parts[-1].after.extend(item.after)
                parts.append(Part())
                continue
            parts[-1].before.extend(item.before)
            parts[-1].after.extend(item.after)
            parts[-1].items.append(item)
        return [part for part in parts if part.items]


Item = Token | Group


@dataclass
class Part:
    """One item of a group."""

    items: list[Item] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass
class Line:
    """A statement with the comment behind it, or a comment on a line of its own (then there are no items)."""

    items: list[Item]
    comment: str = ""
    blank_before: bool = False
    joined: bool = False
    """No empty line may be put before it: a comment right above belongs to it, or it stands right below one."""

    heads_tall: Line | None = None
    """For a comment: the statement it stands above."""


def comments_in(items: list[Item]) -> bool:
    """Whether a comment stands anywhere inside."""
    for item in items:
        if item.before or item.after:
            return True
        if isinstance(item, Group) and (item.trailing or comments_in(item.items)):
            return True
    return False


def flat(items: list[Item], previous: Item | None = None) -> str:
    """Items on one line. A comma that nothing follows is left out."""
    text = ""
    for number, item in enumerate(items):
        if isinstance(item, Token):
            if item.text == "," and number == len(items) - 1 and previous is not None and len(items) > 1:
                continue
            text += (" " if _space_between(previous, item) else "") + item.text
        else:
            inner = item.items
            if inner and isinstance(inner[-1], Token) and inner[-1].text == "," and item.takes_trailing_comma:
                inner = inner[:-1]
            text += (" " if _space_between(previous, item) else "") + item.open + flat(inner) + item.close
        previous = item
    return text


def _space_between(left: Item | None, right: Item) -> bool:
    if left is None:
        return False
    if isinstance(right, Group) and right.is_call:
        return False
    if isinstance(right, Token):
        if right.text in _TIGHT_BEFORE or right.kind == "tight":
            return False
        if right.kind == "operator" or right.text in _WORDS:
            return not (isinstance(left, Token) and left.kind in ("unary", "tight"))
    if isinstance(left, Token):
        if left.kind in ("unary", "tight"):
            return False
        if left.wants_space_after:
            return True
    return True


def read_lines(text: str) -> list[Line]:
    """The statements and comments of a rule file that parses."""
    lines: list[Line] = []
    last_row = 0
    for tokens in _statements(text):
        first, last = tokens[0], tokens[-1]
        blank = first.start[0] > last_row + 1 and last_row > 0
        last_row = last.end[0]
        if len(tokens) == 1 and first.type == tokenize.COMMENT:
            lines.append(Line([], _comment(first.string), blank))
            continue
        comment = _comment(tokens.pop().string) if last.type == tokenize.COMMENT else ""
        for number, part in enumerate(_cut_at_semicolons(tokens)):
            lines.append(Line(_group(part), comment if number == 0 else "", blank and number == 0))
    _attach_headers(lines)
    return lines


def _attach_headers(lines: list[Line]) -> None:
    """Comments right above a statement go with it: an empty line belongs above them, not between."""
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        below = lines[number + 1] if number + 1 < len(lines) else None
        if not line.items and below is not None and not below.blank_before:
            line.heads_tall = below if below.items else below.heads_tall
            below.joined = True


def _comment(text: str) -> str:
    text = text.rstrip()
    return f"# {text[1:]}" if len(text) > 1 and text[1] not in " #!:" else text


def _cut_at_semicolons(tokens: list[tokenize.TokenInfo]) -> list[list[tokenize.TokenInfo]]:
    found: list[list[tokenize.TokenInfo]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.string in _OPEN) - (token.string in _OPEN.values()) if token.type == tokenize.OP else 0
        if token.type == tokenize.OP and token.string == ";" and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [part for part in found if part]


def _statements(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    """The tokens of each statement; a comment on a line of its own outside of brackets stands alone."""
    current: list[tokenize.TokenInfo] = []
    depth = 0
    for token in _tokens(text):
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER):
            continue
        if token.type == tokenize.OP:
            depth += (token.string in _OPEN) - (token.string in _OPEN.values())
        if token.type == tokenize.NEWLINE or (token.type == tokenize.NL and depth == 0):
            if current:
                yield current
            current = []
        elif token.type != tokenize.NL or current:
            current.append(token)
    if current:
        yield current


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """CPython's tokens; f-strings, which newer versions take apart, in one piece."""
    start = getattr(tokenize, "FSTRING_START", -1)
    end = getattr(tokenize, "FSTRING_END", -1)
    rows = text.splitlines(keepends=True)
    open_at: list[tuple[int, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == start:
            open_at.append(token.start)
        elif token.type == end:
            begin = open_at.pop()
            if not open_at:
                piece = _slice(rows, begin, token.end)
                yield tokenize.TokenInfo(tokenize.STRING, piece, begin, token.end, token.line)
        elif not open_at:
            yield token


def _slice(rows: list[str], begin: tuple[int, int], end: tuple[int, int]) -> str:
    if begin[0] == end[0]:
        return rows[begin[0] - 1][begin[1] : end[1]]
    middle = rows[begin[0] : end[0] - 1]
    return "".join([rows[begin[0] - 1][begin[1] :], *middle, rows[end[0] - 1][: end[1]]])


def _group(tokens: list[tokenize.TokenInfo]) -> list[Item]:
    """Tokens in groups by bracket, each comment with the item it belongs to."""
    root: list[Item] = []
    stack: list[Group] = []
    own_line: list[str] = []
    begins_line = False
    for token in tokens:
        here = stack[-1].items if stack else root
        if token.type == tokenize.NL:
            begins_line = True
            continue
        if token.type == tokenize.COMMENT:
            if begins_line or not here:
                own_line.append(_comment(token.string))
            else:
                here[-1].after.append(_comment(token.string))
            continue
        begins_line = False
        if token.type == tokenize.OP and token.string in _OPEN:
            called = bool(here) and _is_name(here[-1])
            group = Group(token.string, _OPEN[token.string], is_call=called, before=own_line)
            own_line = []
            here.append(group)
            stack.append(group)
        elif token.type == tokenize.OP and token.string in _OPEN.values():
            stack.pop().trailing, own_line = own_line, []
        else:
            here.append(Token(token.string, _kind(token, here, bool(stack)), own_line))
            own_line = []
    return root


def _is_name(item: Item) -> bool:
    return (
        isinstance(item, Token)
        and item.kind == "word"
        and item.text.isidentifier()
        and not keyword.iskeyword(item.text)
    )


def _kind(token: tokenize.TokenInfo, before: list[Item], nested: bool) -> str:
    if token.type != tokenize.OP:
        return "word"
    if token.string == "=":
        return "tight" if nested else "operator"
    if token.string in _TIGHT_BEFORE:
        return "word"
    if token.string in "-+~":
        last = before[-1] if before else None
        alone = last is None or (
            isinstance(last, Token)
            and (last.kind in ("operator", "unary", "tight") or last.text in _WORDS or last.text in (",", ":"))
        )
        return "unary" if alone else "operator"
    return "operator" if token.string != "." else "tight"
