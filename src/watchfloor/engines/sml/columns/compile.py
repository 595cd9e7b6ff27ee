"""Rules on columns: each rule of a checked rule set as one Polars expression, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.columns import operators
from watchfloor.engines.sml.columns.calls import is_standard
from watchfloor.engines.sml.columns.expressions import Values
from watchfloor.engines.sml.columns.scans import WORTH_IT, Scan
from watchfloor.engines.sml.columns.value import BOOL, SPAN, TEXT, Column, NoColumns, constant, either, stretched
from watchfloor.engines.sml.fragments import searches
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.interpret import import_closure
from watchfloor.engines.sml.paths import path_text
from watchfloor.engines.sml.patterns import Pattern
from watchfloor.engines.sml.ruleset import RuleSet


@dataclass(frozen=True)
class ColumnRules:
    """Rules ready for frames of one schema.

    Attributes:
        fired: rule -> True, False, or null where it is undecided.
        features: feature -> its value.
        by_rows: rule -> why it has to be run event by event.
        unsure: rule or feature -> True for the rows on which only the row engine is exact; no entry where there are none.
        paths: rule or feature -> the JSON paths it depends on; a row that names one of them (or a place above or below it)
            in ``untyped`` is for the row engine too.
    """

    fired: dict[str, pl.Expr] = field(default_factory=dict)
    features: dict[str, pl.Expr] = field(default_factory=dict)
    by_rows: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, pl.Expr] = field(default_factory=dict)
    paths: dict[str, frozenset[str]] = field(default_factory=dict)
    scans: dict[str, pl.Expr] = field(default_factory=dict)
    """Columns a frame must be given before, if the rules were compiled with ``scans=True``."""


def compile_columns(
    rules: RuleSet,
    schema: Mapping[str, pl.DataType],
    *,
    only: Collection[str] | None = None,
    features: bool = True,
    scans: bool = False,
) -> ColumnRules:
    """The rules as expressions over a frame with these columns; see ``frame`` for what they are called.

    Args:
        rules: the rule set.
        schema: names and types of the frame's columns.
        only: these rules; all by default.
        features: whether to make the features as well.
        scans: whether many patterns on one text may be looked for in one pass, by columns that come first.
    """
    compiler = Compiler(rules.program, rules.functions, schema)
    made = ColumnRules()
    if scans:
        compiler.plan_scans(made, rules.rules if only is None else only)
    for path in rules.program.order:
        for statement in rules.program.files[path].statements:
            if not isinstance(statement, tree.Assign):
                continue
            variable = statement.variable
            rule = isinstance(variable.value, tree.RuleExpr) and (only is None or variable.name in only)
            shown = features and variable.extracted and variable.type != t.EFFECT
            if rule or shown:
                compiler.add(made, path, variable, rule=rule, shown=shown)
    return made


class Compiler:
    """Compiles the rules of one rule set."""

    def __init__(
        self, program: tree.Program, functions: Mapping[str, Function], schema: Mapping[str, pl.DataType]
    ) -> None:
        self.program = program
        self.values = Values(functions, schema)
        self._active: dict[str, Column | NoColumns | None] | None = None
        self._paths: dict[int, frozenset[str]] = {}
        self._file_paths: frozenset[str] | None = None

    def add(self, made: ColumnRules, path: str, variable: tree.Variable, *, rule: bool, shown: bool) -> None:
        """Put a rule or feature where it belongs."""
        name = variable.name
        try:
            column, active = self.values.variable(variable), self._active_of(path)
        except NoColumns as reason:
            if rule:
                made.by_rows[name] = f"{str(reason)[0].upper()}{str(reason)[1:]}."
            return
        expr = column.expr if column.kind != SPAN else column.expr / 1e6
        if rule:
            made.fired[name] = stretched(expr if active is None else pl.when(active.expr).then(expr).otherwise(False))
        if shown:
            made.features[name] = stretched(expr if active is None else pl.when(active.expr).then(expr))
        unsure = either(column.unsure, active.unsure if active is not None else None)
        if unsure is not None:
            made.unsure[name] = stretched(unsure)
        made.paths[name] = self._paths_of(variable) | self._paths_of_files(path)

    def where_it_runs(self, variable: tree.Variable) -> Column:
        """The value of a name, with none where its file does not run.

        Raises:
            NoColumns: it has none on columns.
        """
        column, active = self.values.variable(variable), self._active_of(variable.file)
        if active is None:
            return column
        return replace(
            column,
            expr=pl.when(active.expr).then(column.expr),
            none=None if column.none is None else column.none & active.expr,
            sure=False,
            unsure=either(column.unsure, active.unsure),
        )

    def plan_scans(self, made: ColumnRules, names: Collection[str]) -> None:
        """Give each text that these rules look for many patterns in a scan of its own."""
        found: dict[int, list[Pattern]] = {}
        variables: dict[int, tree.Variable] = {}
        waiting: list[tree.Expr] = [rule.value for rule in self.program.rules() if rule.name in names]
        while waiting:
            expr = waiting.pop()
            if isinstance(expr, tree.Var):
                if expr.variable.index not in variables:
                    variables[expr.variable.index] = expr.variable
                    waiting.append(expr.variable.value)
                continue
            searches(expr, found, lambda call: is_standard(call, self.values.functions), deep=False)
            waiting.extend(tree.children(expr))
        for index, patterns in found.items():
            if len(patterns) < WORTH_IT:
                continue
            try:
                text = self.values.variable(variables[index])
            except NoColumns:
                continue
            if text.kind == TEXT:
                self.values.scans[index] = Scan(index, patterns)
                made.scans.update(self.values.scans[index].columns(text))

    # --- which files run ---

    def _active_of(self, path: str) -> Column | None:
        """Where a file runs; None if it always does.

        Raises:
            NoColumns: that depends on what has no column.
        """
        if path in self.program.always:
            return None
        if self._active is None:
            self._active = self._find_active()
        found = self._active.get(path, NoColumns("its file never runs"))
        if isinstance(found, NoColumns):
            raise found
        return found

    def _find_active(self) -> dict[str, Column | NoColumns | None]:
        """As the interpreter goes through the files in order, each Require adding those it asks for."""
        found: dict[str, Column | NoColumns | None] = dict.fromkeys(self.program.always)
        for path in self.program.order:
            if path not in found:
                continue
            for statement in self.program.files[path].statements:
                if not isinstance(statement, tree.Require):
                    continue
                for required in statement.files:
                    state = self._required(found[path], statement, required)
                    for needed in import_closure(self.program, (required,)):
                        if needed not in self.program.always:
                            found[needed] = _or(found[needed], state) if needed in found else state
        return found

    def _required(self, here: Column | NoColumns | None, require: tree.Require, required: str) -> Column | NoColumns:
        """Where one Require asks for a file."""
        if isinstance(here, NoColumns):
            return here
        try:
            conditions = [] if here is None else [here]
            if require.condition is not None:
                conditions.append(self.values.value(require.condition))
            if require.name is not None:
                conditions.append(operators.equal(self.values.value(require.name), constant(required, TEXT)))
            return operators.junction("and", conditions) if conditions else constant(True, BOOL)
        except NoColumns as reason:
            return NoColumns(f"whether {required} runs is not known: {reason}")

    # --- paths ---

    def _paths_of(self, variable: tree.Variable) -> frozenset[str]:
        """The JSON paths a variable depends on."""
        if variable.index not in self._paths:
            self._paths[variable.index] = self._paths_in(variable.value)
        return self._paths[variable.index]

    def _paths_in(self, expr: tree.Expr) -> frozenset[str]:
        if isinstance(expr, tree.Extract):
            return frozenset({path_text(expr.path)})
        if isinstance(expr, tree.Var | tree.RuleArg):
            return self._paths_of(expr.variable)
        return frozenset().union(*(self._paths_in(child) for child in tree.children(expr)))

    def _paths_of_files(self, path: str) -> frozenset[str]:
        """What decides whether files run."""
        if path in self.program.always:
            return frozenset()
        if self._file_paths is None:
            conditions = [
                expr
                for file in self.program.files.values()
                for statement in file.statements
                if isinstance(statement, tree.Require)
                for expr in (statement.condition, statement.name)
                if expr is not None
            ]
            self._file_paths = frozenset().union(*map(self._paths_in, conditions))
        return self._file_paths


def _or(known: Column | NoColumns | None, more: Column | NoColumns) -> Column | NoColumns:
    if isinstance(known, NoColumns):
        return known
    if known is None or isinstance(more, NoColumns):
        return more
    return operators.junction("or", [known, more])
