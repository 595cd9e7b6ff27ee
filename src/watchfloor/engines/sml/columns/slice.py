"""A rule set cut down to some of its rules and what they depend on, for running just these event by event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.ruleset import RuleSet


def slice_of(rules: RuleSet, wanted: Collection[str]) -> RuleSet:
    """The rules ``wanted``, with the names they need and what decides whether their files run; no effects."""
    needed: set[int] = set()
    waiting: list[tree.Expr] = []
    for file in rules.program.files.values():
        for statement in file.statements:
            if isinstance(statement, tree.Assign) and isinstance(statement.variable.value, tree.RuleExpr):
                if statement.variable.name in wanted:
                    needed.add(statement.variable.index)
                    waiting.append(statement.variable.value)
            elif isinstance(statement, tree.Require):
                waiting.extend(expr for expr in (statement.condition, statement.name) if expr is not None)
    while waiting:
        expr = waiting.pop()
        waiting.extend(tree.children(expr))
        if isinstance(expr, tree.Var | tree.RuleArg) and expr.variable.index not in needed:
            needed.add(expr.variable.index)
            waiting.append(expr.variable.value)
    files = {
        path: replace(
            file,
            statements=[
                statement
                for statement in file.statements
                if isinstance(statement, tree.Require)
                or (isinstance(statement, tree.Assign) and statement.variable.index in needed)
            ],
        )
        for path, file in rules.program.files.items()
    }
    made = RuleSet(replace(rules.program, files=files), rules.functions, rules.labels, (), rules.counters)
    return made.with_lists(rules.lists).with_findings(rules.findings)
