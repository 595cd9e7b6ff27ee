"""The checked, typed tree: the one thing every back end reads. Nothing in it is text that its author could make run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from watchfloor.engines.sml.errors import Span
from watchfloor.engines.sml.types import Type


@dataclass(slots=True, eq=False)
class Expr:
    """A value: its type and its place."""

    type: Type
    span: Span


@dataclass(slots=True, eq=False)
class Const(Expr):
    value: Any


@dataclass(slots=True, eq=False)
class Variable:
    """A name that is given a value once. ``index`` is unique in the rule set."""

    index: int
    name: str
    file: str
    span: Span
    type: Type
    value: Expr
    local: bool = False
    extracted: bool = True
    uses: int = 0
    secret: bool = False
    """Read from the secret part of the event, and not to be seen."""


@dataclass(slots=True, eq=False)
class Var(Expr):
    variable: Variable


@dataclass(slots=True, eq=False)
class ListOf(Expr):
    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Format(Expr):
    parts: tuple[str | Expr, ...]
    feature: str = ""


@dataclass(slots=True, eq=False)
class Unary(Expr):
    op: str
    operand: Expr
    feature: str = ""


@dataclass(slots=True, eq=False)
class Binary(Expr):
    op: str
    left: Expr
    right: Expr
    feature: str = ""


@dataclass(slots=True, eq=False)
class Compare(Expr):
    op: str
    left: Expr
    right: Expr
    feature: str = ""


@dataclass(slots=True, eq=False)
class BoolOp(Expr):
    op: str
    values: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Unwrap(Expr):
    """The id of an entity, the answer of a rule, the seconds of a time span."""

    inner: Expr


@dataclass(slots=True, eq=False)
class RuleArg(Expr):
    """A rule handed to a function, by name and state; never fails."""

    variable: Variable


@dataclass(slots=True, eq=False)
class Apply(Expr):
    """A function applied to its run-time arguments.

    ``call`` is bound to the constant arguments already. ``spare`` tells, for each argument, that a failed value is
    passed on as None.
    """

    function: str
    call: Callable[..., Any]
    args: tuple[Expr, ...]
    names: tuple[str, ...]
    spare: tuple[bool, ...]
    wants_context: bool
    total: bool
    cost: int
    feature: str = ""
    result: Type | None = None
    constants: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True, eq=False)
class Extract(Expr):
    """A value out of the event's JSON. ``wrap`` is the entity type it becomes, if any."""

    path: tuple[str | int, ...]
    text: str
    item: Type
    required: bool
    coerce: bool
    wrap: str | None
    secret: bool
    feature: str = ""


@dataclass(slots=True, eq=False)
class Resolve(Expr):
    """The first value, or the second where the first is missing or failed."""

    value: Expr
    default: Expr
    report: bool = False
    feature: str = ""


@dataclass(slots=True, eq=False)
class RuleExpr(Expr):
    """All conditions, and the description. Fails when a condition or a name in the description fails."""

    name: str
    conditions: tuple[Expr, ...]
    description: tuple[str | Expr, ...]


@dataclass(slots=True, eq=False)
class Assign:
    variable: Variable


@dataclass(slots=True, eq=False)
class When:
    """Rules bound to effects: any of the rules, then each effect that can be made."""

    rules: tuple[Variable, ...]
    then: tuple[Expr, ...]
    span: Span


@dataclass(slots=True, eq=False)
class Require:
    """Run other files too: those in ``files``, if ``condition`` holds; ``name`` (when dynamic) picks which of them."""

    files: tuple[str, ...]
    condition: Expr | None
    name: Expr | None
    span: Span


Statement = Assign | When | Require


@dataclass(slots=True, eq=False)
class File:
    """A checked file: what it imports, and what it does in order."""

    path: str
    imports: tuple[str, ...] = ()
    statements: list[Statement] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Program:
    """A checked rule set. ``order`` lists the files that can run, each after all that must run before it."""

    files: dict[str, File]
    order: tuple[str, ...]
    always: frozenset[str]
    variables: dict[str, Variable]

    def rules(self) -> list[Variable]:
        """Every rule of the files that can run, in order of evaluation."""
        found = []
        for path in self.order:
            for statement in self.files[path].statements:
                if isinstance(statement, Assign) and isinstance(statement.variable.value, RuleExpr):
                    found.append(statement.variable)
        return found


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside one."""
    match expr:
        case ListOf():
            return expr.items
        case Format():
            return tuple(part for part in expr.parts if isinstance(part, Expr))
        case Unary():
            return (expr.operand,)
        case Binary() | Compare():
            return (expr.left, expr.right)
        case BoolOp():
            return expr.values
        case Unwrap():
            return (expr.inner,)
        case Apply():
            return expr.args
        case Resolve():
            return (expr.value, expr.default)
        case RuleExpr():
            return (*expr.conditions, *(part for part in expr.description if isinstance(part, Expr)))
        case _:
            return ()
