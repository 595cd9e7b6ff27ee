"""One boolean SML expression as a Polars expression, for asking about stored events."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl
from msgspec.structs import replace

from watchfloor.engines.sml import syntax, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.columns.compile import Compiler
from watchfloor.engines.sml.columns.expressions import Values
from watchfloor.engines.sml.columns.extract import column_at
from watchfloor.engines.sml.columns.value import KIND_OF, LIST, NoColumns
from watchfloor.engines.sml.errors import Problem, Problems, Span, did_you_mean
from watchfloor.engines.sml.expressions import Expressions, Scope
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.parse import parse_file
from watchfloor.engines.sml.paths import PathError, parse_path, path_text
from watchfloor.engines.sml.ruleset import RuleSet
from watchfloor.engines.sml.stdlib import STANDARD

_FILE = "query"
_BEFORE = "Query = "
_STRINGS_AND_PATHS = re.compile(
    r"""  '(?:[^'\\]|\\.)*'  |  "(?:[^"\\]|\\.)*"  |  \#[^\n]*
        | (?P<path>\$(?:\.[^\s.\[\]'"*()?@,:<>=!+/%-]+|\[[^\]]*\])+)""",
    re.VERBOSE,
)


def query(
    text: str,
    schema: Mapping[str, pl.DataType],
    *,
    rules: RuleSet | None = None,
    functions: Mapping[str, Function] = STANDARD,
) -> pl.Expr:
    """True where the condition holds, null where it cannot be decided.

    Args:
        text: a condition as in ``when_all``; it may name features of ``rules``, and places in the event as they stand:
            ``$.post.text == 'hello' and AccountAge < 3``.
        schema: names and types of the frame's columns.
        rules: where names come from.
        functions: what it may call, if there are no ``rules``.

    Raises:
        RuleErrors: it is no condition, names what is not there, or needs what columns do not have.
    """
    named, paths = _name_paths(text)
    problems = _QueryProblems(text, {name: path for path, name in paths.items()})
    file = parse_file(_FILE, _BEFORE + named, problems)
    problems.raise_if_any()
    statement = file.statements[0] if len(file.statements) == 1 else None
    if not isinstance(statement, syntax.Assign) or statement.annotation is not None:
        problems.add("one_condition", "A query is one condition.", Span(_FILE, 1, len(_BEFORE)))
        problems.raise_if_any()
    assert isinstance(statement, syntax.Assign)
    known = dict(rules.program.variables) if rules is not None else {}
    for number, (path, name) in enumerate(paths.items()):
        known[name] = _variable(path, name, -1 - number, text, schema, problems)
    problems.raise_if_any()
    functions = rules.functions if rules is not None else functions
    checked = Expressions(Scope(_FILE, known), functions, problems, None).expect(statement.value, t.BOOL, "a query")
    problems.raise_if_any()
    try:
        return _compiled(checked, rules, functions, schema)
    except NoColumns as reason:
        message = f"This cannot be asked of columns: {reason}."
        problems.add("needs_rows", message, Span(_FILE, 1, len(_BEFORE)), "Backtest it as a rule instead.")
        problems.raise_if_any()
        raise


def _compiled(
    checked: tree.Expr, rules: RuleSet | None, functions: Mapping[str, Function], schema: Mapping[str, pl.DataType]
) -> pl.Expr:
    values = Values(functions, schema)
    if rules is not None:
        compiler = Compiler(rules.program, functions, schema)
        for variable in _variables(checked):
            if variable.index >= 0:
                values.know(variable, compiler.where_it_runs(variable))
    made = values.value(checked)
    return made.expr if made.unsure is None else pl.when(~made.unsure).then(made.expr)


def _variables(expr: tree.Expr) -> list[tree.Variable]:
    found = [expr.variable] if isinstance(expr, tree.Var) else []
    for child in tree.children(expr):
        found += _variables(child)
    return found


def _name_paths(text: str) -> tuple[str, dict[str, str]]:
    """The text with each path replaced by a name of its length, where that is long enough; and the names by path."""
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        path = match["path"]
        if path is None:
            return match[0]
        if path not in names:
            names[path] = f"At{len(names)}".ljust(len(path), "_")
        return names[path]

    return _STRINGS_AND_PATHS.sub(name, text), names


def _variable(
    path: str, name: str, index: int, text: str, schema: Mapping[str, pl.DataType], problems: Problems
) -> tree.Variable:
    """What stands at a path, as if it were declared with the column's own type."""
    column = text.find(path) + len(_BEFORE)
    span = Span(_FILE, 1, column, 1, column + len(path))
    type_ = t.ANY
    try:
        steps = parse_path(path)
        found = column_at(steps, schema) if path_text(steps) in schema or isinstance(steps[-1], int) else None
        if found is None:
            places = [other for other in schema if other.startswith("$")]
            hint = did_you_mean(path, places) or "No stored event of this time has anything there."
            problems.add("no_such_path", f"There is nothing at `{path}`.", span, hint)
        else:
            types = {kind: type_ for type_, kind in KIND_OF.items()}
            type_ = t.list_of(types[found.item]) if found.kind == LIST else types[found.kind]
    except (PathError, NoColumns) as error:
        steps = ()
        problems.add("bad_path", f"`{path}` cannot be asked for: {error}.", span)
    value = tree.Extract(type_, span, steps, path, type_, False, False, None, False, name)
    return tree.Variable(index, name, _FILE, span, type_, value)


class _QueryProblems(Problems):
    """Problems shown against the query as it was written."""

    def __init__(self, text: str, paths: Mapping[str, str]) -> None:
        super().__init__({_FILE: text})
        self._paths = paths

    def _problem(self, level: str, code: str, message: str, span: Span, hint: str) -> Problem:
        for name, path in self._paths.items():
            message, hint = message.replace(name, path), hint.replace(name, path)
        if span.line == 1:
            span = replace(
                span,
                column=max(0, span.column - len(_BEFORE)),
                end_column=max(0, span.end_column - len(_BEFORE)) if span.end_line == 1 else span.end_column,
            )
        return super()._problem(level, code, message, span, hint)
