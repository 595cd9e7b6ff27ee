"""A checked expression of the rule language as a Polars expression, where it has one; null stands for "could not be decided"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from watchfloor.engines import sml
from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t

if TYPE_CHECKING:
    import polars as pl


class NeedsRows(Exception):
    """This part has no column form; the message says which."""


# Where Python's dialect and that of Polars may differ: look-around, ends of lines, anchors, possessive repeats.
_OTHER = re.compile(r"\(\?[=!<>P#(]|\\[AZzGXRKpP]|(?<!\\)\$|[+*?}]\+|\\[1-9]")


def column_of(expr: tree.Expr, schema: Mapping[str, Any], functions: Mapping[str, sml.Function]) -> pl.Expr:
    """The expression over a frame with these columns.

    Raises:
        NeedsRows: it, or a part of it, can only be evaluated event by event.
    """
    return _Columns(schema, functions).of(expr)


class _Columns:
    def __init__(self, schema: Mapping[str, Any], functions: Mapping[str, sml.Function]) -> None:
        self.schema, self.functions = schema, functions
        self.made: dict[int, pl.Expr] = {}

    def of(self, expr: tree.Expr) -> pl.Expr:
        import polars as pl

        match expr:
            case tree.Const(value=value) if value is None or isinstance(value, (bool, int, float, str)):
                return pl.lit(value)
            case tree.Var(variable=variable):
                if variable.index not in self.made:
                    self.made[variable.index] = self.of(variable.value)
                return self.made[variable.index]
            case tree.Unwrap(inner=inner) if inner.type.name in ("Entity", "Rule"):
                return self.of(inner)
            case tree.Extract():
                return self._extract(expr)
            case tree.RuleExpr():
                return self._rule(expr)
            case tree.BoolOp():
                parts = [self.of(value).fill_null(False) for value in expr.values]
                return pl.all_horizontal(parts) if expr.op == "and" else pl.any_horizontal(parts)
            case tree.Unary(op="not"):
                return ~self.of(expr.operand)
            case tree.Compare():
                return self._compare(expr)
            case tree.Binary(op=("+" | "-" | "*") as op) if _numeric(expr.left) and _numeric(expr.right):
                left, right = self.of(expr.left), self.of(expr.right)
                return {"+": left + right, "-": left - right, "*": left * right}[op]
            case tree.Resolve():
                return pl.coalesce(self.of(expr.value), self.of(expr.default))
            case tree.Apply():
                return self._apply(expr)
        raise NeedsRows(type(expr).__name__)

    def _extract(self, expr: tree.Extract) -> pl.Expr:
        import polars as pl

        if expr.secret or any(isinstance(part, int) for part in expr.path):
            raise NeedsRows(expr.text)
        from watchfloor.engines.sml.columns import path_text

        name = path_text(expr.path)
        kind, wanted = self.schema.get(name), t.without_none(expr.item)
        if kind is None:
            raise NeedsRows(expr.text)
        column = pl.col(name)
        if _fits(kind, wanted):
            return column
        if wanted == t.STR and expr.coerce and kind == pl.Int64:
            return column.cast(pl.String)
        raise NeedsRows(expr.text)

    def _rule(self, expr: tree.RuleExpr) -> pl.Expr:
        import polars as pl

        parts = [self.of(condition) for condition in expr.conditions]
        texts = [self.of(part) for part in expr.description if not isinstance(part, str)]
        doubt = pl.any_horizontal([part.is_null() for part in [*parts, *texts]])
        return pl.when(~doubt).then(pl.all_horizontal(parts))

    def _compare(self, expr: tree.Compare) -> pl.Expr:
        op = expr.op
        if op in ("in", "not in"):
            found = self._contains(expr.left, expr.right)
            return found if op == "in" else ~found
        if not (_plain(expr.left) and _plain(expr.right)):
            raise NeedsRows(op)
        left, right = self.of(expr.left), self.of(expr.right)
        if op in ("==", "!="):
            return left.eq_missing(right) if op == "==" else left.ne_missing(right)
        if op in ("<", "<=", ">", ">="):
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
        raise NeedsRows(op)

    def _contains(self, left: tree.Expr, right: tree.Expr) -> pl.Expr:
        import polars as pl

        values = _constants(right)
        if values is not None and all(isinstance(value, (str, int, float, bool)) for value in values):
            if len({type(value) for value in values}) > 1:
                raise NeedsRows("in")
            return self.of(left).is_in(pl.Series(values).implode()).fill_null(False) if values else pl.lit(False)
        if right.type == t.STR and isinstance(left, tree.Const) and isinstance(left.value, str):
            return self.of(right).str.contains(left.value, literal=True)
        if right.type.name == "List" and isinstance(left, tree.Const) and isinstance(right, tree.Var | tree.Extract):
            return self.of(right).list.contains(left.value)
        raise NeedsRows("in")

    def _apply(self, expr: tree.Apply) -> pl.Expr:
        form = FORMS.get(expr.function)
        if form is None or self.functions.get(expr.function) is not sml.STANDARD.get(expr.function):
            raise NeedsRows(expr.function)
        given = dict(zip(expr.names, expr.args, strict=True))
        if any(t.may_be_none(each.type) for each in given.values()):
            raise NeedsRows(expr.function)
        return form({name: self.of(each) for name, each in given.items()}, dict(expr.constants))


Form = Callable[[dict[str, Any], dict[str, Any]], "pl.Expr"]


def _regex(given: dict[str, Any], fixed: dict[str, Any]) -> pl.Expr:
    pattern = fixed.get("pattern")
    if pattern is None or "target" not in given or not _readable(pattern):
        raise NeedsRows("RegexMatch")
    return given["target"].str.contains(("(?i)" if fixed.get("case_insensitive") else "") + pattern)  # type: ignore[no-any-return]


@cache
def _readable(pattern: str) -> bool:
    """Whether Polars reads a pattern as rules do."""
    import polars as pl

    if _OTHER.search(pattern):
        return False
    try:
        pl.Series(["a"]).str.contains(pattern)
    except pl.exceptions.PolarsError:
        return False
    return True


def _action_name(_given: dict[str, Any], _fixed: dict[str, Any]) -> pl.Expr:
    import polars as pl

    return pl.col("action_name")


FORMS: dict[str, Form] = {
    "GetActionName": _action_name,
    "RegexMatch": _regex,
    "StringToLower": lambda given, _: given["s"].str.to_lowercase(),
    "StringToUpper": lambda given, _: given["s"].str.to_uppercase(),
    "StringLength": lambda given, _: given["s"].str.len_chars().cast(int),
    "ListLength": lambda given, _: given["list"].list.len().cast(int),
}


def _fits(kind: Any, wanted: t.Type) -> bool:
    import polars as pl

    if wanted.name == "Entity":
        wanted = wanted.args[0] if wanted.args else t.STR
    if wanted.name == "List" and isinstance(kind, pl.List):
        return _fits(kind.inner, wanted.args[0])
    return bool({"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}.get(wanted.name) == kind)


def _constants(expr: tree.Expr) -> list[Any] | None:
    if isinstance(expr, tree.Const) and isinstance(expr.value, (list, tuple, set, frozenset)):
        return list(expr.value)
    if isinstance(expr, tree.ListOf) and all(isinstance(item, tree.Const) for item in expr.items):
        return [item.value for item in expr.items if isinstance(item, tree.Const)]
    return None


def _numeric(expr: tree.Expr) -> bool:
    return expr.type in (t.INT, t.FLOAT)


def _plain(expr: tree.Expr) -> bool:
    return t.without_none(expr.type).name in ("str", "int", "float", "bool", "None")
