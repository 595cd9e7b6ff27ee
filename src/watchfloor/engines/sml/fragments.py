"""Expressions of the typed tree as fragments of Python, each with the conditions under which it has a value.

A fragment is an expression and its guards: Python conditions that, once they hold in order, promise that the
expression has a
value and does not raise. Author text never enters: names become numbered slots, texts become bound constants.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from watchfloor.engines.sml import runtime, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.function import Site
from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.outcome import FiredRule, RuleState
from watchfloor.engines.sml.patterns import Pattern, fold

_INLINE = {
    "StringLength": "len({0})",
    "StringToLower": "{0}.lower()",
    "StringToUpper": "{0}.upper()",
    "StringStartsWith": "{0}.startswith({1})",
    "StringEndsWith": "{0}.endswith({1})",
    "ListLength": "len({0})",
    "GetActionName": "event.action_name",
    "GetActionId": "event.action_id",
}
"""Standard functions that are one operation of Python's own; used only where the function is the standard one."""


class Fragment(NamedTuple):
    """``text`` has a value wherever all of ``guards`` hold. ``cost`` is a rough number of comparisons."""

    guards: tuple[str, ...]
    text: str
    cost: int

    def condition(self) -> str:
        """Python that is true exactly where the value is there and true."""
        return " and ".join([*self.guards, self.text]) if self.guards else self.text

    def value(self) -> str:
        """Python that gives the value, or U."""
        return f"({self.text} if {' and '.join(self.guards)} else U)" if self.guards else self.text


class Namespace:
    """What generated code can see: bound constants and helpers, and no builtins."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {
            "__builtins__": {},
            "U": runtime.UNDEFINED,
            "M": runtime.MISSING,
            "N": runtime.none_if_undefined,
            "str": str,
            "say": runtime.say,
            "int": int,
            "float": float,
            "bool": bool,
            "FiredRule": FiredRule,
            "dict": dict,
            "list": list,
            "len": len,
            "fold": fold,
            "joined": runtime.joined,
            "contains": runtime.contains,
            "safe_arithmetic": runtime.safe_arithmetic,
            "safe_ordered": runtime.safe_ordered,
            "safe_contains": runtime.safe_contains,
            "resolve": runtime.resolve,
            "unwrap": runtime.unwrap,
            "RuleState": RuleState,
        }
        self._constants: dict[tuple[str, str], str] = {}

    def bind(self, value: Any) -> str:
        """A name for a value. Equal texts and numbers share one."""
        if value is None or value is True or value is False or (type(value) is int and abs(value) < 2**63):
            return f"({value})" if type(value) is int and value < 0 else repr(value)
        key = (type(value).__name__, repr(value)) if isinstance(value, str | float | int) else None
        if key is not None and key in self._constants:
            return self._constants[key]
        name = f"k{len(self.names)}"
        self.names[name] = value
        if key is not None:
            self._constants[key] = name
        return name


class Fragments:
    """Makes fragments for one generated function."""

    def __init__(self, namespace: Namespace, inline: Callable[[tree.Apply], bool]) -> None:
        self.ns = namespace
        self.may_fail: dict[int, bool] = {}
        """Of each variable emitted so far: whether its slot can hold U."""
        self.folded: set[int] = set()
        """Variables whose folded text stands in a slot of its own, ``f<index>``."""
        self.scans: dict[int, list[Pattern]] = {}
        """Variables whose text is scanned once for these patterns; the answer stands in ``s<index>``, a bit for each."""
        self._is_standard = inline
        self._temporaries = 0

    def temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def of(self, expr: tree.Expr) -> Fragment:
        """The fragment for any expression except those that only an assignment can hold (Extract, RuleExpr)."""
        match expr:
            case tree.Const():
                return Fragment((), self.ns.bind(expr.value), 0)
            case tree.Var():
                return self._var(expr)
            case tree.Unwrap():
                return self._unwrap(expr)
            case tree.Unary():
                return self._unary(expr)
            case tree.Binary():
                return self._binary(expr)
            case tree.Compare():
                return self._compare(expr)
            case tree.BoolOp():
                return self._bool(expr)
            case tree.Format():
                return self._format(expr)
            case tree.ListOf():
                parts = [self.of(item) for item in expr.items]
                return Fragment(_guards(parts), f"[{', '.join(p.text for p in parts)}]", _cost(parts))
            case tree.RuleArg():
                slot = f"v{expr.variable.index}"
                state = f"N({slot})" if self.may_fail.get(expr.variable.index, True) else slot
                return Fragment((), f"RuleState({self.ns.bind(expr.variable.name)}, {state})", 3)
            case tree.Apply():
                guards, args, cost = self.arguments(expr)
                return self._call(expr, guards, args, cost)
            case tree.Resolve():
                return self._resolve(expr)
            case _:
                raise AssertionError(f"no such expression: {expr!r}")

    # --- names and operators ---

    def _var(self, expr: tree.Var) -> Fragment:
        variable = expr.variable
        slot = f"v{variable.index}"
        guards: tuple[str, ...] = (f"{slot} is not U",) if self.may_fail.get(variable.index, True) else ()
        if t.may_be_none(variable.type) and not t.may_be_none(expr.type):
            guards = (*guards, f"{slot} is not None")
        return Fragment(guards, slot, 0)

    def _unwrap(self, expr: tree.Unwrap) -> Fragment:
        inner = self.of(expr.inner)
        if expr.inner.type.name == "Entity":
            return Fragment(inner.guards, f"{inner.text}.id", inner.cost)
        if expr.inner.type == t.TIMEDELTA:
            return Fragment(inner.guards, f"{inner.text}.total_seconds()", inner.cost + 1)
        return inner

    def _unary(self, expr: tree.Unary) -> Fragment:
        operand = self.of(expr.operand)
        if expr.op == "not":
            return Fragment(operand.guards, f"(not {operand.text})", operand.cost)
        if expr.operand.type == t.ANY:
            call = f"safe_arithmetic(X, '-', {self._site(expr, expr.feature)}, 0, {operand.text})"
            return self._checked([operand], call, 4)
        return Fragment(operand.guards, f"(-{operand.text})", operand.cost)

    def _binary(self, expr: tree.Binary) -> Fragment:
        parts = [self.of(expr.left), self.of(expr.right)]
        if expr.op in ("+", "-", "&", "|", "^") and expr.left.type == expr.right.type == t.INT:
            return Fragment(_guards(parts), f"({parts[0].text} {expr.op} {parts[1].text})", _cost(parts) + 1)
        site = self._site(expr, expr.feature)
        call = f"safe_arithmetic(X, {expr.op!r}, {site}, {parts[0].text}, {parts[1].text})"
        return self._checked(parts, call, 4)

    def _compare(self, expr: tree.Compare) -> Fragment:
        if expr.op in ("==", "!="):
            return self._equal(expr)
        if expr.op in ("in", "not in"):
            return self._inside(expr)
        left, right = self.of(expr.left), self.of(expr.right)
        if t.ANY in (expr.left.type, expr.right.type):
            call = f"safe_ordered(X, {expr.op!r}, {self._site(expr, expr.feature)}, {left.text}, {right.text})"
            return self._checked([left, right], call, 4)
        # None compares as false, so that guard belongs into the comparison, not before it.
        present = [guard for guard in _guards([left, right]) if guard.endswith("is not None")]
        guards = tuple(guard for guard in _guards([left, right]) if not guard.endswith("is not None"))
        text = " and ".join([*present, f"{left.text} {expr.op} {right.text}"])
        return Fragment(guards, f"({text})", _cost([left, right]) + 1)

    def _equal(self, expr: tree.Compare) -> Fragment:
        """Equality takes a failed value for None, so it has no guards."""
        left, right = expr.left, expr.right
        if isinstance(left, tree.Const) and left.value is None:
            left, right = right, left
        a, b = self.of(left), self.of(right)
        if isinstance(right, tree.Const) and right.value is None:
            text = self._is_none(left, a)
            return Fragment((), text if expr.op == "==" else f"(not {text})", a.cost + 1)
        a_text, b_text = _or_blank(left, a), _or_blank(right, b)
        if self._blank(left, a) and self._blank(right, b):
            a_text, b_text = f"N({a_text})", f"N({b_text})"
        return Fragment((), f"({a_text} {expr.op} {b_text})", _cost([a, b]) + 1)

    def _is_none(self, expr: tree.Expr, part: Fragment) -> str:
        if not part.guards and not t.may_be_none(expr.type):
            return "False"
        name = part.text
        first = name
        if not isinstance(expr, tree.Var):
            name = self.temporary()
            first = f"({name} := {part.value()})"
        return f"({first} is None or {name} is U)"

    @staticmethod
    def _blank(expr: tree.Expr, part: Fragment) -> bool:
        """Whether the value can be None or U."""
        return bool(part.guards) or t.may_be_none(expr.type)

    def _inside(self, expr: tree.Compare) -> Fragment:
        left, right = self.of(expr.left), self.of(expr.right)
        item = _or_blank(expr.left, left)
        negation = "not " if expr.op == "not in" else ""
        cost = _cost([left, right]) + 2
        constant = expr.right.value if isinstance(expr.right, tree.Const) else None
        plain = all(member in (t.STR, t.INT, t.FLOAT, t.BOOL, t.NONE) for member in t.members(expr.left.type))
        if isinstance(constant, list) and plain and all(_is_scalar(value) for value in constant):
            if None in constant:
                item = f"N({item})"
            return Fragment((), f"({item} {expr.op} {self.ns.bind(frozenset(constant))})", cost)
        holder = t.without_none(expr.right.type)
        if plain and holder == t.STR:
            test = [*left.guards, *([f"{left.text} is not None"] if t.may_be_none(expr.left.type) else [])]
            if t.may_be_none(expr.right.type):
                return Fragment(right.guards, f"({negation}contains(N({item}), {right.text}))", cost)
            return Fragment(
                right.guards, f"({negation}({' and '.join([*test, f'{left.text} in {right.text}'])}))", cost
            )
        if t.ANY in (expr.left.type, expr.right.type) or t.STR in t.members(expr.right.type):
            found = self.temporary()
            call = f"({found} := safe_contains(X, {self._site(expr, expr.feature)}, N({item}), {right.text})) is not U"
            return Fragment((*right.guards, call), f"({negation}{found})", cost + 4)
        return Fragment(right.guards, f"({negation}contains(N({item}), {right.text}))", cost + 2)

    def _bool(self, expr: tree.BoolOp) -> Fragment:
        parts = [self.of(value) for value in expr.values]
        parts.sort(key=lambda part: part.cost)  # a failed value counts as false, so the order is ours to choose
        text = f" {expr.op} ".join(f"({part.condition()})" for part in parts)
        if any(value.type == t.ANY for value in expr.values):
            return Fragment((), f"(True if {text} else False)", _cost(parts))
        return Fragment((), f"({text})", _cost(parts))

    def _format(self, expr: tree.Format) -> Fragment:
        guards, text = self.text_of(expr.parts)
        name = self.temporary()
        guard = f"({name} := joined(X, {self._site(expr, expr.feature)}, {text})) is not U"
        return Fragment((*guards, guard), name, 5)

    def text_of(self, parts: tuple[str | tree.Expr, ...]) -> tuple[tuple[str, ...], str]:
        """The guards and the text of an f-string."""
        pieces: list[str] = []
        found: list[Fragment] = []
        for part in parts:
            if isinstance(part, str):
                pieces.append(self.ns.bind(part))
            else:
                found.append(self.of(part))
                pieces.append(found[-1].text if part.type == t.STR else f"say({found[-1].text})")
        return _guards(found), f"({' + '.join(pieces)})" if pieces else self.ns.bind("")

    def _resolve(self, expr: tree.Resolve) -> Fragment:
        value, default = self.of(expr.value), self.of(expr.default)
        site = self._site(expr, expr.feature) if expr.report else "None"
        name = self.temporary()
        call = f"({name} := resolve(X, {site}, {value.value()}, {default.value()})) is not U"
        return Fragment((call,), name, _cost([value, default]) + 3)

    # --- calls ---

    def arguments(self, expr: tree.Apply) -> tuple[tuple[str, ...], list[str], int]:
        """The guards, texts and cost of a call's arguments."""
        guards: list[Fragment] = []
        texts: list[str] = []
        for arg, spare in zip(expr.args, expr.spare, strict=True):
            part = self.of(arg)
            if spare and part.guards:
                texts.append(f"N({part.value()})")
            else:
                texts.append(part.text)
                guards.append(part)
        return _guards(guards), texts, _cost(guards)

    def _call(self, expr: tree.Apply, guards: tuple[str, ...], args: list[str], cost: int) -> Fragment:
        total = expr.total and not any(_contains_any(arg.type) for arg in expr.args if not isinstance(arg, tree.Const))
        cost += expr.cost
        if total and self._is_standard(expr):
            if expr.function in _INLINE:
                return Fragment(guards, "(" + _INLINE[expr.function].format(*args) + ")", cost)
            pattern = getattr(expr.call, "pattern", None)
            if isinstance(pattern, Pattern) and isinstance(expr.args[0], tree.Var):
                index = expr.args[0].variable.index
                cost = cost if index not in self.scans else cost - expr.cost + 1
                return Fragment(guards, self._search(pattern, index, args[0]), cost)
        if total:
            passed = ["X", *args] if expr.wants_context else args
            return Fragment(guards, f"{self.ns.bind(expr.call)}({', '.join(passed)})", cost)
        site = Site(expr.feature, expr.span.file, expr.span.line)
        call = runtime.guarded(expr.call, site, expr.result or t.ANY, expr.function, expr.wants_context)
        name = self.temporary()
        guard = f"({name} := {self.ns.bind(call)}({', '.join(['X', *args])})) is not U"
        return Fragment((*guards, guard), name, cost)

    def _search(self, pattern: Pattern, index: int, slot: str) -> str:
        """A pattern looked for in a name's text, after the cheap test for its needles."""
        if index in self.scans:
            return f"(s{index} & {1 << self.scans[index].index(pattern)} != 0)"
        search = f"{self.ns.bind(pattern.compiled.search)}({slot}, 0, {MAX_REGEX_TEXT}) is not None"
        if pattern.beyond_ascii:
            return f"(not {slot}.isascii() and {search})"
        if not pattern.needles or (pattern.folded and index not in self.folded):
            return f"({search})"
        where = f"f{index}" if pattern.folded else slot
        test = " or ".join(f"{self.ns.bind(needle)} in {where}" for needle in pattern.needles)
        return f"(({test}) and {search})"

    def _checked(self, parts: list[Fragment], call: str, cost: int) -> Fragment:
        name = self.temporary()
        return Fragment((*_guards(parts), f"({name} := {call}) is not U"), name, _cost(parts) + cost)

    def _site(self, expr: tree.Expr, feature: str) -> str:
        return self.ns.bind(Site(feature, expr.span.file, expr.span.line))


def shown(type_: t.Type, slot: str, may_fail: bool) -> str:
    """Python that gives a variable's value as a feature: wrappers opened, failures as None."""
    if type_.name == "Entity":
        text = f"{slot}.id"
    elif type_ == t.TIMEDELTA:
        text = f"{slot}.total_seconds()"
    elif (
        _contains_any(type_)
        or type_ == t.EXPERIMENT
        or any(m.name in ("Entity", "TimeDelta") for m in t.members(type_))
    ):
        text = f"unwrap({slot})"
    else:
        text = slot
    return f"(None if {slot} is U else {text})" if may_fail else text


def searches(
    expr: tree.Expr, found: dict[int, list[Pattern]], standard: Callable[[tree.Apply], bool], *, deep: bool = True
) -> None:
    """Collect the patterns that are looked for in the text of each variable; inside the expression too if ``deep``."""
    if isinstance(expr, tree.Apply) and standard(expr) and expr.args and isinstance(expr.args[0], tree.Var):
        pattern = getattr(expr.call, "pattern", None)
        if isinstance(pattern, Pattern) and expr.args[0].type == t.STR:
            patterns = found.setdefault(expr.args[0].variable.index, [])
            if pattern not in patterns:
                patterns.append(pattern)
    for child in tree.children(expr) if deep else ():
        searches(child, found, standard)


def _or_blank(expr: tree.Expr, part: Fragment) -> str:
    """The value, or U or None where there is none: what a name's slot holds as it is."""
    return part.text if isinstance(expr, tree.Var) else part.value()


def _guards(parts: list[Fragment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(guard for part in parts for guard in part.guards))


def _cost(parts: list[Fragment]) -> int:
    return sum(part.cost for part in parts)


def _contains_any(type_: t.Type) -> bool:
    return type_ == t.ANY or any(_contains_any(arg) for arg in type_.args)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | timedelta)
