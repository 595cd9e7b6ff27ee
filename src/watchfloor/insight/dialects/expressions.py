"""The intermediate form of conditions and fields: a tree of a dozen node kinds, and the parser of the catalogue's short texts.

    type = 'job.decided' AND (solves OR NOT verdict IN ('unsure')) AND reopened_at <= moment + INTERVAL 7 DAY

Names are columns, ``$name`` a parameter; functions are ``coalesce`` and ``millis(from, until)``. Anything else is an error, so that a
definition means the same in every engine or does not load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec


class Name(msgspec.Struct, frozen=True, tag=True):
    """A column."""

    name: str


class Value(msgspec.Struct, frozen=True, tag=True):
    """A literal."""

    value: bool | int | float | str


class Param(msgspec.Struct, frozen=True, tag=True):
    """A parameter; ``kind`` says what is bound to it."""

    name: str
    kind: Literal["moment", "number", "text"] = "moment"


class Call(msgspec.Struct, frozen=True, tag=True):
    """``coalesce(a, b)``, ``millis(a, b)`` (whole milliseconds from a until b), ``text(a)``."""

    name: str
    args: tuple[Expr, ...]


class Compare(msgspec.Struct, frozen=True, tag=True):
    """``= <> < <= > >=`` between two things, or ``+ -``."""

    op: str
    left: Expr
    right: Expr


class IsNull(msgspec.Struct, frozen=True, tag=True):
    """Whether there is a value; ``yes`` False: IS NOT NULL."""

    what: Expr
    yes: bool = True


class In(msgspec.Struct, frozen=True, tag=True):
    """One of some literals."""

    what: Expr
    values: tuple[bool | int | float | str, ...]


class OneOf(msgspec.Struct, frozen=True, tag=True):
    """One of the texts bound to a parameter."""

    what: Expr
    param: str


class Not(msgspec.Struct, frozen=True, tag=True):
    """The opposite."""

    what: Expr


class Both(msgspec.Struct, frozen=True, tag=True):
    """AND."""

    parts: tuple[Expr, ...]


class Either(msgspec.Struct, frozen=True, tag=True):
    """OR."""

    parts: tuple[Expr, ...]


class Span(msgspec.Struct, frozen=True, tag=True):
    """A length of time; unit HOUR or DAY."""

    count: int
    unit: str


class Cases(msgspec.Struct, frozen=True, tag=True):
    """The value of the first condition that holds, else ``otherwise``."""

    cases: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr | None = None


Expr: TypeAlias = Name | Value | Param | Call | Compare | IsNull | In | OneOf | Not | Both | Either | Span | Cases
TRUE, FALSE = Value(True), Value(False)
FUNCTIONS = {"coalesce": range(2, 5), "millis": range(2, 3)}  # how many arguments each takes
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|(\$?[A-Za-z_]\w*)|(<>|<=|>=|[=<>()+,-]))")
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "INTERVAL", "TRUE", "FALSE"})


class BadExpression(ValueError):
    """A text that is no expression of ours."""


def both(parts: Sequence[Expr]) -> Expr:
    """AND over some conditions; of none: true."""
    kept = [part for part in parts if part != TRUE]
    return kept[0] if len(kept) == 1 else Both(tuple(kept)) if kept else TRUE


def either(parts: Sequence[Expr]) -> Expr:
    """OR over some conditions, each once; of none: false."""
    kept = list(dict.fromkeys(parts))
    return kept[0] if len(kept) == 1 else Either(tuple(kept)) if kept else FALSE


def parse(text: str) -> Expr:
    """The tree of a text.

    Raises:
        BadExpression: with the text and what was not understood.
    """
    parser = _Parser(text)
    found = parser.any_of()
    if parser.peek():
        raise BadExpression(f"{text!r}: {parser.peek()!r} is one too many")
    return found


def names(expr: Expr) -> Iterator[str]:
    """The columns an expression speaks of."""
    if isinstance(expr, Name):
        yield expr.name
    for part in _children(expr):
        yield from names(part)


def params(expr: Expr) -> Iterator[str]:
    """The parameters an expression needs."""
    if isinstance(expr, Param):
        yield expr.name
    elif isinstance(expr, OneOf):
        yield expr.param
    for part in _children(expr):
        yield from params(part)


def _children(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Call(args=args):
            return args
        case Compare(left=left, right=right):
            return (left, right)
        case IsNull(what=what) | In(what=what) | OneOf(what=what) | Not(what=what):
            return (what,)
        case Both(parts=parts) | Either(parts=parts):
            return parts
        case Cases(cases=cases, otherwise=otherwise):
            flat = tuple(part for pair in cases for part in pair)
            return flat if otherwise is None else (*flat, otherwise)
    return ()


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            token = _TOKEN.match(text, at)
            if token is None:
                raise BadExpression(f"{text!r}: not understood from {text[at : at + 20]!r}")
            self.tokens.append(token.group(0).strip())
            at = token.end()

    def peek(self, word: str = "") -> str:
        token = self.tokens[self.place] if self.place < len(self.tokens) else ""
        if not word:
            return token
        return token if token.upper() == word else ""

    def take(self, word: str = "") -> str:
        token = self.peek(word)
        if not token:
            raise BadExpression(f"{self.text!r}: {word or 'more'} expected, found {self.peek() or 'the end'!r}")
        self.place += 1
        return token

    def took(self, word: str) -> bool:
        if self.peek(word):
            self.place += 1
            return True
        return False

    def any_of(self) -> Expr:
        parts = [self.all_of()]
        while self.took("OR"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def all_of(self) -> Expr:
        parts = [self.condition()]
        while self.took("AND"):
            parts.append(self.condition())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def condition(self) -> Expr:
        if self.took("NOT"):
            return Not(self.condition())
        left = self.sum()
        if self.took("IS"):
            no = self.took("NOT")
            self.take("NULL")
            return IsNull(left, not no)
        opposite = self.took("NOT")
        if self.took("IN"):
            self.take("(")
            values = [self.literal()]
            while self.took(","):
                values.append(self.literal())
            self.take(")")
            return Not(In(left, tuple(values))) if opposite else In(left, tuple(values))
        if self.peek() in ("=", "<>", "<", "<=", ">", ">="):
            return Compare(self.take(), left, self.sum())
        return left

    def sum(self) -> Expr:
        left = self.term()
        while self.peek() in ("+", "-"):
            left = Compare(self.take(), left, self.term())
        return left

    def term(self) -> Expr:
        if self.took("("):
            inner = self.any_of()
            self.take(")")
            return inner
        if self.took("INTERVAL"):
            count, unit = int(self.take()), self.take().upper()
            if unit not in ("HOUR", "DAY"):
                raise BadExpression(f"{self.text!r}: {unit} is no unit")
            return Span(count, unit)
        token = self.peek()
        if token.startswith("'") or token[:1].isdigit() or token.upper() in ("TRUE", "FALSE"):
            return Value(self.literal())
        if token.startswith("$"):
            return Param(self.take()[1:])
        if not re.fullmatch(r"[A-Za-z_]\w*", token) or token.upper() in _WORDS:
            raise BadExpression(f"{self.text!r}: {token or 'the end'!r} where a value was expected")
        name = self.take()
        if not self.took("("):
            return Name(name)
        args = [self.any_of()]
        while self.took(","):
            args.append(self.any_of())
        self.take(")")
        if name not in FUNCTIONS or len(args) not in FUNCTIONS[name]:
            raise BadExpression(f"{self.text!r}: no function {name} of {len(args)} values")
        return Call(name, tuple(args))

    def literal(self) -> bool | int | float | str:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.upper() in ("TRUE", "FALSE"):
            return token.upper() == "TRUE"
        try:
            return float(token) if "." in token else int(token)
        except ValueError:
            raise BadExpression(f"{self.text!r}: {token!r} is no literal") from None
