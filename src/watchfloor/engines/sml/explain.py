"""Why a rule fired or did not: its conditions as a tree, each with the value it gave, in words."""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.errors import did_you_mean
from watchfloor.engines.sml.function import Context
from watchfloor.engines.sml.interpret import Interpreter
from watchfloor.engines.sml.runtime import UNDEFINED, say, unwrap
from watchfloor.engines.sml.write import written
from watchfloor.kernel.errors import NotFound

_MAX_SHOWN = 200
_MAX_NAMES = 10
"""How far names are followed to the values they were made of."""


class Condition(msgspec.Struct, frozen=True):
    """One expression and what it gave.

    Attributes:
        text: the expression, as it would be written.
        value: what it gave, as JSON; None where undefined.
        defined: False where it failed.
        words: one line for people: ``AgeDays < 1.0: false (AgeDays is 352.3)``.
        parts: the expressions it is made of; for a name, the expression that gave its value.
    """

    text: str
    value: Any
    defined: bool
    words: str
    parts: tuple[Condition, ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    """Why one rule came out as it did for one event.

    ``fired`` is None when the rule was undecided or its file did not run; ``because`` says so in one sentence, and
    names the first
    condition that was false or undefined.
    """

    rule: str
    fired: bool | None
    description: str
    because: str
    conditions: tuple[Condition, ...]
    file: str
    line: int


def explain(program: tree.Program, ctx: Context, rule_name: str) -> Explanation:
    """Evaluate the event by the plain reading and tell what each condition of the rule met.

    Raises:
        NotFound: there is no such rule.
    """
    variable = next((rule for rule in program.rules() if rule.name == rule_name), None)
    if variable is None or not isinstance(variable.value, tree.RuleExpr):
        names = [rule.name for rule in program.rules()]
        raise NotFound("no_such_rule", f"There is no rule called {rule_name}.", hint=did_you_mean(rule_name, names))
    run = Interpreter(program, ctx)
    outcome = run.run()
    if variable.index not in run.slots:
        return Explanation(
            rule_name,
            None,
            "",
            f"{variable.file} did not run for this event: no Require included it.",
            (),
            variable.file,
            variable.span.line,
        )
    state = run.slots[variable.index]
    conditions = tuple(_condition(run, expr, set()) for expr in variable.value.conditions)
    description = next((fired.description for fired in outcome.fired if fired.name == rule_name), "")
    fired = None if state is UNDEFINED else bool(state)
    because = _because(run, variable.value, conditions, fired)
    return Explanation(rule_name, fired, description, because, conditions, variable.file, variable.span.line)


def _because(run: Interpreter, rule: tree.RuleExpr, conditions: tuple[Condition, ...], fired: bool | None) -> str:
    if fired:
        return f"All {len(conditions)} conditions hold." if len(conditions) != 1 else "Its one condition holds."
    wanted = "could not be decided" if fired is None else "is false"
    for condition in conditions:
        if (fired is None and not condition.defined) or (fired is False and condition.defined and not condition.value):
            errors = [error.message for error in run.ctx.errors]
            detail = f" ({errors[0]})" if fired is None and errors else ""
            return f"A condition {wanted}: {condition.words}{detail}."
    return "A name in its description has no value." if fired is None else "A condition is false."


def _condition(run: Interpreter, expr: tree.Expr, seen: set[int], names: int = 0) -> Condition:
    value = run.values.get(id(expr), UNDEFINED)
    if isinstance(expr, tree.Const):
        value = expr.value
    parts = []
    for child in tree.children(expr):
        if not isinstance(child, tree.Const):
            parts.append(_condition(run, child, seen, names))
    if isinstance(expr, tree.Var) and expr.variable.index not in seen and names < _MAX_NAMES:
        seen.add(expr.variable.index)
        inner = expr.variable.value
        if not isinstance(inner, tree.Const):
            parts.append(_condition(run, inner, seen, names + 1))
    text = written(expr)
    shown = _plain(value)
    return Condition(text, shown, value is not UNDEFINED, f"{text}: {_words(value)}{_met(run, expr)}", tuple(parts))


def _met(run: Interpreter, expr: tree.Expr) -> str:
    """The values of the names in an expression: `` (AgeDays is 352.3)``."""
    names: dict[str, str] = {}

    def collect(node: tree.Expr) -> None:
        if isinstance(node, tree.Var) and node is not expr:
            names[node.variable.name] = _words(run.slots.get(node.variable.index, UNDEFINED))
        for child in tree.children(node):
            collect(child)

    collect(expr)
    return f" ({', '.join(f'{name} is {value}' for name, value in names.items())})" if names else ""


def _plain(value: Any) -> Any:
    return None if value is UNDEFINED else unwrap(value)


def _words(value: Any) -> str:
    if value is UNDEFINED:
        return "undefined"
    plain = unwrap(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    try:
        text = "missing" if plain is None else repr(plain)
    except ValueError:
        text = say(plain)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
