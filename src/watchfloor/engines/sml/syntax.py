"""The shapes a rule file may take, before names and types are known. Anything not listed here is not in the
language."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchfloor.engines.sml.errors import Span

Literal = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in a file."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Literal


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Format(Node):
    """An f-string: texts and names in turn."""

    parts: tuple[str | Name, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    op: str  # "not" or "-"
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class BoolOp(Node):
    op: str  # "and" or "or"
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Argument(Node):
    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    name_span: Span
    arguments: tuple[Argument, ...]
    positional: int = 0


@dataclass(frozen=True, slots=True)
class Annotation(Node):
    """A written type: ``str``, ``List[str]``, ``str | None`` (which arrives as ``Union``)."""

    name: str
    args: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Assign(Node):
    target: Name
    value: Node
    annotation: Annotation | None = None


@dataclass(slots=True)
class File:
    """One parsed rule file."""

    path: str
    statements: list[Assign | Call] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Names whose statements were refused: using them is no second error."""

    mentioned: set[str] = field(default_factory=set)
    """Names that stand in statements that were refused: they are used, whatever else is wrong."""

    unreadable: bool = False
    """Not even CPython's parser could read it, so what it would have named is unknown."""


def names_in(node: object) -> set[str]:
    """Every name that is read in a statement or expression."""
    found: set[str] = set()
    waiting: list[object] = [node]
    while waiting:
        match waiting.pop():
            case Name(id=name):
                found.add(name)
            case Assign(value=value) | Argument(value=value):
                waiting.append(value)
            case Call(arguments=inside) | ListLiteral(items=inside) | Format(parts=inside) | BoolOp(values=inside):
                waiting.extend(inside)
            case Unary(operand=operand):
                waiting.append(operand)
            case Binary(left=left, right=right) | Compare(left=left, right=right):
                waiting.extend((left, right))
    return found
