"""What a compiled rule set says of each rule: where it stands, what it means, which policies it serves, what it asks for."""

from __future__ import annotations

import msgspec

from watchfloor.detection.domain import severity
from watchfloor.engines import sml
from watchfloor.engines.sml import tree
from watchfloor.engines.sml.write import written


class RuleFacts(msgspec.Struct, frozen=True):
    """One rule as its text has it.

    Attributes:
        effects: what it asks for when it fires, as written (``SendToReview(policy='spam')``).
        policies: keys named in its effects, in order.
        decides: True when it takes an action by itself.
        opens: True when it asks for review or takes an action: either opens a case.
        severity: the gravest it asks for review with, 1 to 5; None: the policy's own.
    """

    name: str
    file: str
    line: int
    description: str
    conditions: tuple[str, ...]
    effects: tuple[str, ...]
    policies: tuple[str, ...]
    decides: bool
    opens: bool = False
    severity: int | None = None


def of_set(rules: sml.RuleSet | None) -> dict[str, RuleFacts]:
    """The facts of every rule that can run, by name, in order."""
    if rules is None:
        return {}
    program = rules.program
    asked: dict[str, list[tree.Expr]] = {}
    for path in program.order:
        for statement in program.files[path].statements:
            if isinstance(statement, tree.When):
                for variable in statement.rules:
                    asked.setdefault(variable.name, []).extend(statement.then)
    return {variable.name: _facts(variable, asked.get(variable.name, [])) for variable in program.rules()}


def _facts(variable: tree.Variable, effects: list[tree.Expr]) -> RuleFacts:
    rule = variable.value
    assert isinstance(rule, tree.RuleExpr)
    named = [value for effect in effects for name, value in _constants(effect) if name == "policy"]
    asked = {effect.function for effect in effects if isinstance(effect, tree.Apply)}
    words = [str(value) for effect in effects for name, value in _constants(effect) if name == "severity" and value]
    grave = [level for word in words if (level := severity(word)) is not None]
    return RuleFacts(
        name=variable.name,
        file=variable.file,
        line=variable.span.line,
        description="".join(part if isinstance(part, str) else f"{{{written(part)}}}" for part in rule.description),
        conditions=tuple(written(condition) for condition in rule.conditions),
        effects=tuple(written(effect) for effect in effects),
        policies=tuple(dict.fromkeys(str(value) for value in named)),
        decides="TakeAction" in asked,
        opens=bool(asked & {"TakeAction", "SendToReview"}),
        severity=max(grave, default=None),
    )


def _constants(expr: tree.Expr) -> list[tuple[str, object]]:
    if not isinstance(expr, tree.Apply):
        return []
    given = [(name, arg.value) for name, arg in zip(expr.names, expr.args, strict=True) if isinstance(arg, tree.Const)]
    return [*expr.constants, *given]
