"""The expressions of the typed tree as columns, each name's value compiled once."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.columns import operators
from watchfloor.engines.sml.columns.calls import call
from watchfloor.engines.sml.columns.extract import extract
from watchfloor.engines.sml.columns.python import kind_of
from watchfloor.engines.sml.columns.scans import Scan
from watchfloor.engines.sml.columns.value import (
    BOOL,
    ENTITY,
    FLOAT,
    INT,
    LIST,
    NOTHING,
    SPAN,
    TEXT,
    Column,
    NoColumns,
    constant,
    either,
    joined_size,
)
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.patterns import Pattern


class Values:
    """The values of one rule set on frames of one schema."""

    def __init__(self, functions: Mapping[str, Function], schema: Mapping[str, pl.DataType]) -> None:
        self.functions, self.schema = functions, schema
        self._variables: dict[int, Column | NoColumns] = {}
        self.scans: dict[int, Scan] = {}
        """By variable: the column that tells which patterns were found in its text, if a frame is to have one."""

    def variable(self, variable: tree.Variable) -> Column:
        """The value of a name.

        Raises:
            NoColumns: it has none on columns.
        """
        known = self._variables.get(variable.index)
        if known is None:
            try:
                known = self.value(variable.value)
            except NoColumns as reason:
                text = str(reason)
                known = reason if text.startswith("`") else NoColumns(f"`{variable.name}` needs rows: {text}")
            self._variables[variable.index] = known
        if isinstance(known, NoColumns):
            raise known
        return known

    def know(self, variable: tree.Variable, column: Column) -> None:
        """Take this for the value of a name."""
        self._variables[variable.index] = column

    def value(self, expr: tree.Expr) -> Column:
        """The column of an expression.

        Raises:
            NoColumns: it has none.
        """
        match expr:
            case tree.Const():
                return _const(expr)
            case tree.Var():
                return self.variable(expr.variable)
            case tree.Extract():
                return extract(expr, self.schema)
            case tree.RuleExpr():
                return self._rule(expr)
            case tree.Apply():
                scanned = self._scanned(expr) if self.scans else None
                return scanned or call(expr, [self.value(arg) for arg in expr.args], self.functions)
            case tree.BoolOp():
                return operators.junction(expr.op, [self.value(part) for part in expr.values])
            case tree.Compare():
                return self._compare(expr)
            case tree.Unary():
                part = self.value(expr.operand)
                return operators.negation(part) if expr.op == "not" else operators.negate(part)
            case tree.Binary():
                return operators.arithmetic(expr.op, self.value(expr.left), self.value(expr.right))
            case tree.Unwrap():
                return self._unwrap(expr)
            case tree.Resolve():
                return self._resolve(expr)
            case tree.Format():
                return self._format(expr)
            case tree.RuleArg():
                raise NoColumns("a rule is handed to a function")
            case _:
                raise NoColumns("a list is built of values that depend on the event")

    def _scanned(self, expr: tree.Apply) -> Column | None:
        """A search whose answer a scan has already."""
        pattern = getattr(expr.call, "pattern", None)
        if not expr.args or not isinstance(expr.args[0], tree.Var) or not isinstance(pattern, Pattern):
            return None
        scan = self.scans.get(expr.args[0].variable.index)
        return scan.found(pattern, self.variable(expr.args[0].variable)) if scan is not None else None

    def _compare(self, expr: tree.Compare) -> Column:
        left, right = self.value(expr.left), self.value(expr.right)
        if expr.op in ("==", "!="):
            made = operators.equal(left, right)
            return operators.negation(made) if expr.op == "!=" else made
        if expr.op in ("in", "not in"):
            made = operators.inside(left, right)
            return operators.negation(made) if expr.op == "not in" else made
        return operators.ordered(expr.op, left, right)

    def _unwrap(self, expr: tree.Unwrap) -> Column:
        inner = self.value(expr.inner)
        if inner.kind == SPAN:
            microseconds = Column(inner.expr, INT, sure=inner.sure, bits=62, unsure=inner.unsure, size=inner.size)
            return operators.arithmetic("/", microseconds, constant(1_000_000, INT))
        if inner.kind == ENTITY:
            return Column(
                inner.expr,
                kind_of(expr.type, "the entity")[0],
                none=inner.none,
                sure=inner.sure,
                bits=63,
                unsure=inner.unsure,
                size=inner.size,
            )
        return inner

    def _resolve(self, expr: tree.Resolve) -> Column:
        value, default = self.value(expr.value), self.value(expr.default)
        if value.kind == NOTHING:
            value, default = default, value
        if default.kind != NOTHING:
            alike = (value.kind, value.item, value.entity) == (default.kind, default.item, default.entity)
            if not alike or value.kind == LIST:
                raise NoColumns(f"its default is a {default.kind}, its value a {value.kind}")
        return Column(
            value.expr if default.kind == NOTHING else pl.coalesce(value.expr, default.expr),
            value.kind,
            value.item,
            sure=value.sure or (default.sure and default.kind != NOTHING),
            bits=max(value.bits, default.bits),
            unsure=either(value.unsure, default.unsure),
            entity=value.entity,
            size=joined_size(value, default),
        )

    def _format(self, expr: tree.Format) -> Column:
        shown = [(part, self.value(part)) for part in expr.parts if isinstance(part, tree.Expr)]
        said = iter([_said(column, part) for part, column in shown])
        texts = [pl.lit(part) if isinstance(part, str) else next(said) for part in expr.parts]
        made = pl.concat_str(texts) if texts else pl.lit("")
        columns = [column for _, column in shown]
        return Column(
            made,
            TEXT,
            sure=all(column.sure for column in columns),
            unsure=either(operators.too_long(made, *columns), *(column.unsure for column in columns)),
            size=joined_size(*columns),
        )

    def _rule(self, expr: tree.RuleExpr) -> Column:
        """All conditions; no value where a condition, or a name in the description, has none."""
        conditions = [self.value(condition) for condition in expr.conditions]
        shown = [(part, self.value(part)) for part in expr.description if isinstance(part, tree.Expr)]
        made = operators.junction("and", conditions) if conditions else constant(True, BOOL)
        failures = [condition.expr.is_null() for condition in conditions if not condition.sure]
        for part, column in shown:
            lost = column.failed() if t.may_be_none(part.type) else None if column.sure else column.expr.is_null()
            if lost is not None:
                failures.append(lost)
        undecided = either(*failures)
        return Column(
            made.expr if undecided is None else pl.when(~undecided).then(made.expr),
            BOOL,
            sure=undecided is None,
            bits=1,
            unsure=either(made.unsure, *(column.unsure for _, column in shown)),
            size=joined_size(made, *(column for _, column in shown)),
        )


def _const(expr: tree.Const) -> Column:
    value = expr.value
    kinds = {bool: BOOL, int: INT, float: FLOAT, str: TEXT}
    if value is None:
        return constant(None, NOTHING)
    if value.__class__ in kinds:
        return constant(value, kinds[value.__class__])
    if isinstance(value, list):
        # Taken as it is by whoever looks into it or is called with it.
        return Column(pl.lit(None), LIST, sure=True, const=value, is_const=True)
    raise NoColumns("a constant has no column")


def _said(column: Column, part: tree.Expr) -> pl.Expr:
    """A value inside a text, as Python spells it."""
    if column.kind == TEXT:
        made = column.expr
    elif column.kind == INT:
        made = column.expr.cast(pl.String())
    elif column.kind == BOOL:
        made = pl.when(column.expr).then(pl.lit("True")).when(~column.expr).then(pl.lit("False"))
    elif column.kind == NOTHING:
        return pl.lit("None")
    else:
        raise NoColumns(f"a {column.kind} is put into a text")
    if t.may_be_none(part.type) and column.none is not None:
        return pl.when(column.none).then(pl.lit("None")).otherwise(made)
    return made
