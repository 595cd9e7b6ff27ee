"""The slow, plain reading of the typed tree: the oracle the other back ends are held to, and the source of
explanations.

It evaluates every operand of everything, in order, as the language is defined; nothing is skipped or reordered.
What each
expression gave can be kept (``values``), which is what an explanation shows.
"""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.counters.calls import counted, is_counter
from watchfloor.engines.sml.function import Context, Site
from watchfloor.engines.sml.limits import MAX_DESCRIPTION
from watchfloor.engines.sml.outcome import (
    AuditEntry,
    Effect,
    Event,
    FiredRule,
    LabelEffect,
    Outcome,
    RuleState,
    VerdictEffect,
)
from watchfloor.engines.sml.runtime import (
    UNDEFINED,
    Reader,
    guarded,
    joined,
    look_up,
    none_if_undefined,
    resolve,
    safe_arithmetic,
    safe_contains,
    safe_ordered,
    say,
    unwrap,
)


class Interpreter:
    """One evaluation of one event."""

    def __init__(self, program: tree.Program, ctx: Context) -> None:
        self.program, self.ctx, self.event = program, ctx, ctx.event
        self.slots: dict[int, Any] = {}
        self.values: dict[int, Any] = {}
        """What each expression gave, by the identity of its node."""
        self.features: dict[str, Any] = {}
        self.fired: list[FiredRule] = []
        self.effects: list[Effect] = []
        self.audit: list[AuditEntry] = []

    def run(self) -> Outcome:
        """Evaluate the event."""
        active = set(self.program.always)
        for path in self.program.order:
            if path not in active:
                continue
            for statement in self.program.files[path].statements:
                match statement:
                    case tree.Assign():
                        self._assign(statement.variable)
                    case tree.When():
                        self._when(statement)
                    case tree.Require():
                        self._require(statement, active)
        return outcome_of(self.features, self.fired, self.effects, self.ctx, self.audit)

    # --- statements ---

    def _assign(self, variable: tree.Variable) -> None:
        value = self.evaluate(variable.value)
        self.slots[variable.index] = value
        if variable.extracted and variable.type != t.EFFECT:
            self.features[variable.name] = None if value is UNDEFINED else unwrap(value)
        if value is True and isinstance(variable.value, tree.RuleExpr):
            text = self._text(variable.value.description)
            self.fired.append(FiredRule(variable.name, str(none_if_undefined(text))[:MAX_DESCRIPTION]))

    def _when(self, when: tree.When) -> None:
        states = [(rule.name, self.slots.get(rule.index, UNDEFINED)) for rule in when.rules]
        matched = tuple(name for name, state in states if state is True)
        made: list[Any] = []
        for expr in when.then:
            if matched:
                made.append(self.evaluate(expr))
            else:
                made.append(UNDEFINED if self._lacks_arguments(expr) else None)
        self.effects.extend(
            msgspec.structs.replace(effect, rules=matched) for effect in made if isinstance(effect, Effect)
        )
        self.audit.append(audit_entry(states, made))

    def _lacks_arguments(self, expr: tree.Expr) -> bool:
        """Whether an effect could not be made; without making it."""
        if not isinstance(expr, tree.Apply):
            return self.evaluate(expr) is UNDEFINED
        values = [self.evaluate(arg) for arg in expr.args]
        return any(value is UNDEFINED and not spare for value, spare in zip(values, expr.spare, strict=True))

    def _require(self, require: tree.Require, active: set[str]) -> None:
        if require.condition is not None and self.evaluate(require.condition) is not True:
            return
        chosen = require.files
        if require.name is not None:
            name = self.evaluate(require.name)
            chosen = tuple(path for path in require.files if path == name)
        active.update(import_closure(self.program, chosen))

    # --- expressions ---

    def evaluate(self, expr: tree.Expr) -> Any:
        """The value of an expression, or ``UNDEFINED``."""
        value = self._evaluate(expr)
        self.values[id(expr)] = value
        return value

    def _evaluate(self, expr: tree.Expr) -> Any:
        match expr:
            case tree.Const():
                return expr.value
            case tree.Var():
                return self.slots.get(expr.variable.index, UNDEFINED)
            case tree.Extract():
                return self._extract(expr)
            case tree.RuleExpr():
                return self._rule(expr)
            case tree.Apply():
                return self._apply(expr)
            case tree.RuleArg():
                state = self.slots.get(expr.variable.index, UNDEFINED)
                return RuleState(expr.variable.name, none_if_undefined(state))
            case tree.BoolOp():
                values = [none_if_undefined(self.evaluate(value)) for value in expr.values]
                return all(values) if expr.op == "and" else any(values)
            case tree.Compare():
                return self._compare(expr)
            case tree.Resolve():
                site = _site(expr, expr.feature) if expr.report else None
                return resolve(self.ctx, site, self.evaluate(expr.value), self.evaluate(expr.default))
            case tree.ListOf():
                return self._items(expr)
            case tree.Format():
                text = self._text(expr.parts)
                return UNDEFINED if text is UNDEFINED else joined(self.ctx, _site(expr, expr.feature), text)
            case _:
                return self._strict(expr)

    def _strict(self, expr: tree.Expr) -> Any:
        """Operators that have no value unless all their operands have one."""
        operands = [self.evaluate(part) for part in tree.children(expr)]
        for part, value in zip(tree.children(expr), operands, strict=True):
            if value is UNDEFINED or _narrowed_to_none(part, value):
                return UNDEFINED
        match expr:
            case tree.Unwrap():
                return unwrap(operands[0])
            case tree.Unary():
                if expr.op == "not":
                    return not operands[0]
                return safe_arithmetic(self.ctx, "-", _site(expr, expr.feature), 0, operands[0])
            case tree.Binary():
                return safe_arithmetic(self.ctx, expr.op, _site(expr, expr.feature), *operands)
            case _:
                raise AssertionError(f"no such expression: {expr!r}")

    def _items(self, expr: tree.ListOf) -> Any:
        items = [self.evaluate(item) for item in expr.items]
        for item, value in zip(expr.items, items, strict=True):
            if value is UNDEFINED or _narrowed_to_none(item, value):
                return UNDEFINED
        return items

    def _compare(self, expr: tree.Compare) -> Any:
        left, right = self.evaluate(expr.left), self.evaluate(expr.right)
        site = _site(expr, expr.feature)
        if expr.op in ("==", "!="):
            return (none_if_undefined(left) == none_if_undefined(right)) is (expr.op == "==")
        if right is UNDEFINED:
            return UNDEFINED
        if expr.op in ("in", "not in"):
            found = safe_contains(self.ctx, site, none_if_undefined(left), right)
            return found if found is UNDEFINED else found is (expr.op == "in")
        if left is UNDEFINED:
            return UNDEFINED
        return safe_ordered(self.ctx, expr.op, site, left, right)

    def _apply(self, expr: tree.Apply) -> Any:
        args = self._arguments(expr)
        if is_counter(expr.call):
            return counted(self.ctx, ((expr.call, args),))[0]
        if args is None:
            return UNDEFINED
        call = guarded(expr.call, _site(expr, expr.feature), expr.result or t.ANY, expr.function, expr.wants_context)
        return call(self.ctx, *args)

    def _arguments(self, expr: tree.Apply) -> list[Any] | None:
        """The arguments of a call, or None where one that it needs has failed."""
        args = [self.evaluate(arg) for arg in expr.args]
        for position, (arg, spare) in enumerate(zip(expr.args, expr.spare, strict=True)):
            if args[position] is UNDEFINED:
                if not spare:
                    return None
                args[position] = None
            elif not spare and _narrowed_to_none(arg, args[position]):
                return None
        return args

    def _extract(self, expr: tree.Extract) -> Any:
        site = _site(expr, expr.feature)
        reader = Reader(expr.text, expr.item, expr.required, expr.coerce, expr.wrap, site)
        return reader.read(self.ctx, look_up(self.event.secret if expr.secret else self.event.data, expr.path))

    def _rule(self, expr: tree.RuleExpr) -> Any:
        conditions = [self.evaluate(condition) for condition in expr.conditions]
        for condition, value in zip(expr.conditions, conditions, strict=True):
            if value is UNDEFINED or _narrowed_to_none(condition, value):
                return UNDEFINED
        if self._text(expr.description) is UNDEFINED:
            return UNDEFINED
        return all(conditions)

    def _text(self, parts: tuple[str | tree.Expr, ...]) -> Any:
        texts = []
        for part in parts:
            value = part if isinstance(part, str) else self.evaluate(part)
            if value is UNDEFINED or (isinstance(part, tree.Expr) and _narrowed_to_none(part, value)):
                return UNDEFINED
            texts.append(say(value))
        return "".join(texts)


def _narrowed_to_none(expr: tree.Expr, value: Any) -> bool:
    """Whether a value taken to be there, after ``X != None and``, is not."""
    return value is None and isinstance(expr, tree.Var) and not t.may_be_none(expr.type)


def _site(expr: tree.Expr, feature: str) -> Site:
    return Site(feature, expr.span.file, expr.span.line)


def import_closure(program: tree.Program, paths: tuple[str, ...]) -> set[str]:
    """These files and all they import."""
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(program.files[path].imports)
    return found


def audit_entry(states: list[tuple[str, Any]], made: list[Any]) -> AuditEntry:
    """The audit entry of one WhenRules; ``made`` holds effects, None for those not asked for, UNDEFINED for
    failures."""
    failed = tuple(name for name, state in states if state is UNDEFINED)
    lost = sum(effect is UNDEFINED for effect in made)
    return AuditEntry(
        rules_evaluated=tuple(name for name, state in states if state is not UNDEFINED),
        rules_matched=tuple(name for name, state in states if state is True),
        rules_failed=failed,
        effects_emitted=tuple(effect.kind for effect in made if isinstance(effect, Effect)),
        effects_failed=lost,
        is_degraded=bool(failed) or lost > 0,
    )


def outcome_of(
    features: dict[str, Any], fired: list[FiredRule], effects: list[Effect], ctx: Context, audit: list[AuditEntry]
) -> Outcome:
    """The outcome, with verdicts and labels picked out of the effects."""
    errors = tuple(ctx.errors) if ctx.errors else ()
    if not effects:
        return Outcome(features, tuple(fired), (), (), (), errors, tuple(audit))
    verdicts = tuple(effect.verdict for effect in effects if isinstance(effect, VerdictEffect))
    labels = tuple(effect for effect in effects if isinstance(effect, LabelEffect) and effect.applies)
    return Outcome(features, tuple(fired), verdicts, labels, tuple(effects), errors, tuple(audit))


def interpret(program: tree.Program, event: Event, labels: Any = None, counters: Any = None) -> Outcome:
    """Evaluate one event by the plain reading."""
    return Interpreter(program, Context(event, labels, counters)).run()
