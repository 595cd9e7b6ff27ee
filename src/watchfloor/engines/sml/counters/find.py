"""Finds the counters of a checked rule set and gives each its version: a digest of everything it comes down to."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.counters.calls import Counter, counter_of
from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.errors import Problems
from watchfloor.engines.sml.write import written


def find_counters(program: tree.Program, problems: Problems) -> tuple[CounterSpec, ...]:
    """Every counter of the files that can run, in order, each once; the calls learn their specs.

    Two counters of one name that mean different things are recorded as a problem.
    """
    found: dict[str, CounterSpec] = {}
    meanings = _Meanings()
    for path in program.order:
        for statement in program.files[path].statements:
            apply = counter_of(statement.variable.value) if isinstance(statement, tree.Assign) else None
            if apply is None or not isinstance(apply.call, Counter):
                continue
            spec = _spec(apply, apply.call, meanings)
            apply.call.spec = spec
            other = found.setdefault(spec.name, spec)
            if other.id != spec.id:
                problems.add(
                    "counter_twice",
                    f"Two different counters are called `{spec.name}`.",
                    apply.span,
                    "A name belongs to one counter; those that share it must be written alike.",
                )
    return tuple(found.values())


def _spec(apply: tree.Apply, counter: Counter, meanings: _Meanings) -> CounterSpec:
    given = dict(zip(apply.names, apply.args, strict=True))
    meaning = "; ".join(f"{name}={meanings.of(expr)}" for name, expr in given.items())

    def text(name: str) -> str:
        expr = given.get(name)
        return "" if expr is None or (isinstance(expr, tree.Const) and expr.value is True) else written(expr)

    return counter.spec.versioned(text("by"), text("when"), text(counter.value_argument), meaning)


class _Meanings:
    """What expressions come down to, names followed; of each name a digest, so that long chains stay short."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def of(self, expr: tree.Expr) -> str:
        if isinstance(expr, tree.Var | tree.RuleArg):
            return self._name(expr.variable)
        parts = ", ".join(self.of(part) for part in _parts(expr))
        return f"{type(expr).__name__}{_own(expr)}({parts})"

    def _name(self, variable: tree.Variable) -> str:
        known = self._names.get(variable.index)
        if known is None:
            known = blake2b(self.of(variable.value).encode(), digest_size=12).hexdigest()
            self._names[variable.index] = known
        return known


def _parts(expr: tree.Expr) -> tuple[tree.Expr, ...]:
    return expr.conditions if isinstance(expr, tree.RuleExpr) else tree.children(expr)  # a description changes nothing


def _own(expr: tree.Expr) -> Any:
    """What an expression is beside its parts."""
    match expr:
        case tree.Const():
            return (expr.value,)
        case tree.Unary() | tree.Binary() | tree.Compare() | tree.BoolOp():
            return expr.op
        case tree.Apply():
            return (expr.function, expr.names, expr.constants)
        case tree.Extract():
            return (expr.text, str(expr.item), expr.required, expr.coerce, expr.wrap, expr.secret)
        case tree.Format():
            return tuple(part if isinstance(part, str) else None for part in expr.parts)
        case _:
            return ""
