"""Checks expressions: finds names, works out types, folds constants, and builds the typed tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchfloor.engines.sml import syntax, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.errors import Problems, Span, did_you_mean
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.runtime import arithmetic

_MAY_BE_MISSING = (
    "It may be missing: check `X != None and ...` first, "
    "or take `ResolveOptional(optional_value=X, default_value=...)`."
)
_INT_ONLY = ("<<", ">>", "|", "^", "&")


@dataclass
class Scope:
    """The names one file can see at one point: its own so far, and those of the files it imports."""

    path: str
    known: dict[str, tree.Variable] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Names defined in other files, with the file: to tell an author what to import."""

    broken: set[str] = field(default_factory=set)
    """Names whose assignment could not be read; using them is no second error."""

    suggested: set[str] = field(default_factory=set)
    """Names that were probably meant where an unknown one stands; that they are unused is no second error."""


@dataclass
class Target:
    """The assignment an expression is the direct value of, for the functions that need to know."""

    name: str
    span: Span
    local: bool
    declared: t.Type | None
    secret: bool = False


class Expressions:
    """Checks the expressions of one file."""

    def __init__(
        self, scope: Scope, functions: Mapping[str, Function], problems: Problems, known_labels: frozenset[str] | None
    ) -> None:
        self.scope = scope
        self.functions = functions
        self.problems = problems
        self.known_labels = known_labels
        self.feature = ""
        """The name the statement at hand gives a value to, for error reports."""
        self._narrowed: dict[int, t.Type] = {}

    # --- dispatch ---

    def check(self, node: syntax.Node, target: Target | None = None) -> tree.Expr:
        """The typed form of any expression. What is wrong is recorded, and stands as a value of type ``Any``."""
        match node:
            case syntax.Constant():
                return tree.Const(t.type_of_constant(node.value), node.span, node.value)
            case syntax.Name():
                return self.name(node)
            case syntax.ListLiteral():
                return self._list(node)
            case syntax.Format():
                parts = self.format_parts(node)
                return tree.Format(t.STR, node.span, parts, self.feature)
            case syntax.Unary():
                return self._unary(node)
            case syntax.Binary():
                return self._binary(node)
            case syntax.Compare():
                return self._compare(node)
            case syntax.BoolOp():
                return self._bool(node)
            case syntax.Call():
                from watchfloor.engines.sml.calls import check_call

                return check_call(self, node, target)
            case _:
                raise AssertionError(f"the parser let through {node!r}")

    def expect(self, node: syntax.Node, expected: t.Type, what: str) -> tree.Expr:
        """An expression that must be of a type; ``what`` names the place ("`target` of RegexMatch")."""
        if isinstance(node, syntax.ListLiteral) and expected.name == "List":
            items = [self.expect(item, expected.args[0], f"each item of {what}") for item in node.items]
            return self.make_list(node.span, items, expected)
        return self.fitted(self.check(node), expected, what)

    def fitted(self, expr: tree.Expr, expected: t.Type, what: str) -> tree.Expr:
        """The expression, unwrapped if need be; a wrong type is recorded."""
        match t.fit(expr.type, expected):
            case t.Fit.AS_IS:
                return expr
            case t.Fit.UNWRAPPED:
                return self.unwrapped(expr)
        hint = ""
        if t.may_be_none(expr.type) and t.fit(t.without_none(expr.type), expected) is not t.Fit.NO:
            hint = _MAY_BE_MISSING
        self.problems.add(
            "wrong_type", f"{_sentence(what)} must be `{expected}`, but this is `{expr.type}`.", expr.span, hint
        )
        return self.anything(expr.span)

    def unwrapped(self, expr: tree.Expr) -> tree.Expr:
        inner = t.unwrapped(expr.type)
        assert inner is not None
        if isinstance(expr, tree.Const):
            return expr
        return tree.Unwrap(inner, expr.span, expr)

    def anything(self, span: Span) -> tree.Expr:
        """Stands in for what could not be checked, so that one mistake gives one message."""
        return tree.Const(t.ANY, span, None)

    # --- names and literals ---

    def name(self, node: syntax.Name) -> tree.Expr:
        variable = self.scope.known.get(node.id)
        if variable is None:
            if node.id not in self.scope.broken:
                self._unknown(node)
            return self.anything(node.span)
        variable.uses += 1
        value = variable.value
        # A literal declared `int | None` is met as such: what is written after `X != None and` must be checked by that.
        if isinstance(value, tree.Const) and value.type != t.ANY and variable.type.name != "Union":
            return tree.Const(variable.type, node.span, value.value)
        return tree.Var(self._narrowed.get(variable.index, variable.type), node.span, variable)

    def _unknown(self, node: syntax.Name) -> None:
        other = self.scope.elsewhere.get(node.id)
        if node.id.startswith("_"):
            hint = (
                did_you_mean(node.id, self.scope.known)
                or "Names that begin with `_` are known only in their own file, from where they are assigned."
            )
        elif other == self.scope.path:
            hint = "It is assigned further down; move that line up."
        elif other:
            hint = f"It is assigned in {other}: add `Import(rules=['{other}'])`."
        elif node.id in self.functions:
            hint = f"It is a function: `{self.functions[node.id].signature}`."
        else:
            hint = did_you_mean(
                node.id, [*self.scope.known, *(n for n in self.scope.elsewhere if not n.startswith("_"))]
            )
        self.scope.suggested.update(name for name in self.scope.known if f"`{name}`" in hint)
        self.problems.add("unknown_name", f"There is no `{node.id}` here.", node.span, hint)

    def format_parts(self, node: syntax.Format) -> tuple[str | tree.Expr, ...]:
        parts: list[str | tree.Expr] = []
        for part in node.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            value = self.name(part)
            inner = t.unwrapped(value.type) or value.type
            if any(member.name == "List" or member == t.EFFECT for member in t.members(inner)):
                self.problems.add(
                    "wrong_type",
                    f"`{part.id}` is `{value.type}`, which cannot stand in a text.",
                    part.span,
                    "Texts, numbers, booleans and entities can.",
                )
            if (
                isinstance(value, tree.Var)
                and not value.variable.extracted
                and value.variable.type != t.ANY
                and value.variable.local is False
            ):
                self.problems.add("secret", f"`{part.id}` is secret and cannot be shown in a text.", part.span)
            parts.append(self.unwrapped(value) if t.unwrapped(value.type) else value)
        return tuple(parts)

    def _list(self, node: syntax.ListLiteral) -> tree.Expr:
        items = [self.check(item) for item in node.items]
        item_type = self._common_type(items)
        if item_type is None:
            kinds = ", ".join(sorted({f"`{item.type}`" for item in items}))
            self.problems.add(
                "mixed_list",
                f"The items of this list are of different types: {kinds}.",
                node.span,
                "A list holds one type of thing.",
            )
            item_type = t.ANY
        if item_type.name == "List" and item_type.args[0].name == "List":
            self.problems.add("too_deep", "Lists are nested more than two deep.", node.span)
        if all(item.type != item_type and t.unwrapped(item.type) == item_type for item in items) and items:
            items = [self.unwrapped(item) for item in items]
        return self.make_list(node.span, items, t.list_of(item_type))

    def make_list(self, span: Span, items: list[tree.Expr], type_: t.Type) -> tree.Expr:
        if all(isinstance(item, tree.Const) for item in items):
            return tree.Const(type_, span, [item.value for item in items if isinstance(item, tree.Const)])
        return tree.ListOf(type_, span, tuple(items))

    @staticmethod
    def _common_type(items: list[tree.Expr]) -> t.Type | None:
        """The type all items share: numbers join as float, None makes it optional; None if there is none."""
        types = list(dict.fromkeys(item.type for item in items))
        if not types:
            return t.ANY
        plain = [member for member in types if member != t.NONE]
        if all(member in (t.INT, t.FLOAT) for member in plain) and len(plain) == 2:
            plain = [t.FLOAT]
        if len(plain) > 1:
            return t.ANY if t.ANY in plain else None
        return t.union_of([*plain, *([t.NONE] if t.NONE in types else [])])

    # --- operators ---

    def _unary(self, node: syntax.Unary) -> tree.Expr:
        if node.op == "not":
            operand = self.expect(node.operand, t.BOOL, "what `not` turns around")
            if isinstance(operand, tree.Const):
                return tree.Const(t.BOOL, node.span, not operand.value)
            return tree.Unary(t.BOOL, node.span, "not", operand, self.feature)
        operand = self.expect(node.operand, t.NUMBER, "what `-` negates")
        if isinstance(operand, tree.Const) and operand.type != t.ANY:
            return tree.Const(operand.type, node.span, -operand.value)
        return tree.Unary(operand.type, node.span, "-", operand, self.feature)

    def _binary(self, node: syntax.Binary) -> tree.Expr:
        left, right = self._plain(self.check(node.left)), self._plain(self.check(node.right))
        result = self._arithmetic_type(node.op, left.type, right.type)
        if result is None:
            hint = ""
            if t.may_be_none(left.type) or t.may_be_none(right.type):
                hint = _MAY_BE_MISSING
            elif t.STR in (left.type, right.type) and node.op == "+":
                hint = "To put a number into a text, write f'... {Number}'."
            self.problems.add(
                "wrong_type", f"`{node.op}` does not work on `{left.type}` and `{right.type}`.", node.span, hint
            )
            return self.anything(node.span)
        if isinstance(left, tree.Const) and isinstance(right, tree.Const) and t.ANY not in (left.type, right.type):
            try:
                value = arithmetic(node.op, left.value, right.value)
            except (ValueError, TypeError, ArithmeticError) as error:
                self.problems.add("impossible", f"This cannot be worked out: {error}.", node.span)
                return self.anything(node.span)
            return tree.Const(result, node.span, value)
        return tree.Binary(result, node.span, node.op, left, right, self.feature)

    def _plain(self, expr: tree.Expr) -> tree.Expr:
        return self.unwrapped(expr) if t.unwrapped(expr.type) else expr

    @staticmethod
    def _arithmetic_type(op: str, left: t.Type, right: t.Type) -> t.Type | None:
        if t.ANY in (left, right):
            return t.ANY
        integers = t.fit(left, t.INT) is t.Fit.AS_IS and t.fit(right, t.INT) is t.Fit.AS_IS
        if op in _INT_ONLY:
            return t.INT if integers else None
        if integers and op != "/":
            return t.INT
        if t.fit(left, t.NUMBER) is t.Fit.AS_IS and t.fit(right, t.NUMBER) is t.Fit.AS_IS:
            return t.FLOAT
        if op == "+" and left == right == t.STR:
            return t.STR
        if op == "*" and {left, right} == {t.STR, t.INT}:
            return t.STR
        return None

    def _compare(self, node: syntax.Compare) -> tree.Expr:
        left, right = self.check(node.left), self.check(node.right)
        if node.op in ("<", "<=", ">", ">="):
            what = f"what `{node.op}` compares"
            left, right = self.fitted(left, t.NUMBER, what), self.fitted(right, t.NUMBER, what)
        elif node.op in ("==", "!="):
            left, right = self._alike(node, left, right)
        else:
            left, right = self._inside(node, left, right)
        return tree.Compare(t.BOOL, node.span, node.op, left, right, self.feature)

    def _alike(self, node: syntax.Compare, left: tree.Expr, right: tree.Expr) -> tuple[tree.Expr, tree.Expr]:
        if t.NONE in (left.type, right.type):
            other = right if left.type == t.NONE else left
            if not t.may_be_none(other.type) and other.type.name not in ("Entity",) and isinstance(other, tree.Const):
                self.problems.warn("always", f"A `{other.type}` written here is never None.", node.span)
            return left, right
        if self._overlap(left.type, right.type):
            return left, right
        plain_left, plain_right = self._plain(left), self._plain(right)
        if self._overlap(plain_left.type, right.type):
            return plain_left, right
        if self._overlap(left.type, plain_right.type):
            return left, plain_right
        if self._overlap(plain_left.type, plain_right.type):
            return plain_left, plain_right
        always = "false" if node.op == "==" else "true"
        self.problems.add(
            "wrong_type", f"`{left.type}` and `{right.type}` are never equal, so this is always {always}.", node.span
        )
        return left, right

    @staticmethod
    def _overlap(left: t.Type, right: t.Type) -> bool:
        """Whether a value of one type can equal one of the other."""
        return any(
            t.fit(a, b) is t.Fit.AS_IS or t.fit(b, a) is t.Fit.AS_IS for a in t.members(left) for b in t.members(right)
        )

    def _inside(self, node: syntax.Compare, left: tree.Expr, right: tree.Expr) -> tuple[tree.Expr, tree.Expr]:
        right = self._plain(right)
        holder = t.without_none(right.type)
        if holder == t.STR:
            plain = self._plain(left)
            return self.fitted(plain, t.optional(t.STR), f"what `{node.op}` looks for in a text"), right
        if holder.name == "List":
            item = holder.args[0]
            if self._overlap(left.type, item):
                return left, right
            plain = self._plain(left)
            if self._overlap(plain.type, item):
                return plain, right
            always = "false" if node.op == "in" else "true"
            self.problems.add(
                "wrong_type", f"A `{left.type}` is never in a list of `{item}`, so this is always {always}.", node.span
            )
        elif holder != t.ANY:
            self.problems.add(
                "wrong_type", f"`{node.op}` looks into a list or a text, but this is `{right.type}`.", right.span
            )
        return left, right

    def _bool(self, node: syntax.BoolOp) -> tree.Expr:
        values = self.conditions(node.values, f"what `{node.op}` joins", node.op)
        return tree.BoolOp(t.BOOL, node.span, node.op, values)

    def conditions(self, nodes: tuple[syntax.Node, ...], what: str, op: str) -> tuple[tree.Expr, ...]:
        """Conditions in turn. After ``X != None and`` (or ``X == None or``) the rest may take X to be there."""
        before = dict(self._narrowed)
        values: list[tree.Expr] = []
        for node in nodes:
            value = self.expect(node, t.BOOL, what)
            values.append(value)
            found = self._none_check(value, "!=" if op == "and" else "==")
            if found is not None:
                self._narrowed[found.index] = t.without_none(found.type)
        self._narrowed = before
        return tuple(values)

    @staticmethod
    def _none_check(value: tree.Expr, op: str) -> tree.Variable | None:
        if isinstance(value, tree.Compare) and value.op == op:
            for one, other in ((value.left, value.right), (value.right, value.left)):
                if isinstance(one, tree.Var) and isinstance(other, tree.Const) and other.value is None:
                    return one.variable
        return None


def _sentence(what: str) -> str:
    return what if what.startswith("`") else what[0].upper() + what[1:]
