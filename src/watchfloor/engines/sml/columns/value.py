"""One value of the typed tree as columns: a Polars expression, and what the other expressions must know of it.

Null stands for both kinds of "no value" of the language: one that failed, and a legitimate None. ``none`` tells the two
apart where the type allows for None. ``unsure`` marks the rows for which the expression may differ from the row engine
(a sum beyond 64 bits); those rows are for the row engine to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from watchfloor.engines.sml import types as t

TEXT, INT, FLOAT, BOOL, LIST, ENTITY, SPAN, NOTHING = "text", "int", "float", "bool", "list", "entity", "span", "none"
"""The kinds of values. A span of time is its microseconds; an entity is its id."""

MAX_SIZE = 20_000
"""Nodes in one expression: names are written out where they are used, so a few lines could become very many."""

DTYPES: dict[str, pl.DataType] = {
    TEXT: pl.String(),
    INT: pl.Int64(),
    FLOAT: pl.Float64(),
    BOOL: pl.Boolean(),
    SPAN: pl.Int64(),
}
KINDS: dict[pl.DataType, str] = {pl.String(): TEXT, pl.Int64(): INT, pl.Float64(): FLOAT, pl.Boolean(): BOOL}

KIND_OF: dict[t.Type, str] = {t.STR: TEXT, t.INT: INT, t.FLOAT: FLOAT, t.BOOL: BOOL}


class NoColumns(Exception):
    """There is no exact form on columns; the message says why, for authors."""


@dataclass(slots=True, eq=False)
class Column:
    """A value on columns.

    Attributes:
        expr: null where there is none.
        kind: what it is (see the kinds above); a list's items are of ``item``.
        none: true where null is a legitimate None; None where null always means failed.
        sure: whether it is never null.
        bits: bound on a whole number's size: its absolute value is below ``2**bits``. Of a float, the bound for those of its
            values that the row engine may have as whole numbers.
        unsure: true for rows the row engine must decide; None where there are none.
        const: the value, where it is written in the rules.
        entity: the type of an entity, where known.
        size: nodes in ``expr``.
    """

    expr: pl.Expr
    kind: str
    item: str = ""
    none: pl.Expr | None = None
    sure: bool = False
    bits: int = 0
    unsure: pl.Expr | None = None
    const: Any = None
    is_const: bool = False
    entity: str | None = None
    size: int = 1

    def filled(self, value: Any) -> pl.Expr:
        """The expression, with a value where there is none."""
        return self.expr if self.sure else self.expr.fill_null(value)

    def failed(self) -> pl.Expr | None:
        """True where the value failed; None where it never does."""
        if self.sure:
            return None
        if self.none is None:
            return self.expr.is_null()
        return self.expr.is_null() & ~self.none


def either(*marks: pl.Expr | None) -> pl.Expr | None:
    """True where any of some conditions is; None for a condition that never is."""
    found: pl.Expr | None = None
    for mark in marks:
        if mark is not None:
            found = mark if found is None or found is mark else found | mark
    return found


def constant(value: Any, kind: str, *, item: str = "") -> Column:
    """A value written in the rules."""
    if value is None:
        always = pl.lit(True)
        return Column(pl.lit(None, dtype=DTYPES.get(kind, pl.Null())), NOTHING, none=always, const=None, is_const=True)
    if kind == SPAN and not isinstance(value, int):
        raise NoColumns("a span of time is written in the rules")
    bits = abs(value).bit_length() if kind in (INT, SPAN) else 0
    if bits > 62:
        raise NoColumns("a number in it does not fit into 64 bits")
    expr = pl.lit(value, dtype=DTYPES.get(kind))
    return Column(expr, kind, item, sure=True, bits=bits, const=value, is_const=True)


def nothing(dtype: pl.DataType) -> pl.Expr:
    """No value in any row. Not a bare literal: some of Polars' operations do not stretch those to the height of a frame."""
    return pl.when(pl.col("action_id").is_null()).then(pl.lit(None, dtype=dtype))


def stretched(expr: pl.Expr) -> pl.Expr:
    """The expression with a value for every row, also where Polars' optimizer finds that it is the same in all and forgets their number."""
    if set(expr.meta.root_names()) - {"action_id"}:
        return expr  # it reads a field: never folded to one value
    return pl.when(pl.col("action_id").is_not_null()).then(expr)


def joined_size(*parts: Column) -> int:
    """The size of an expression made of others.

    Raises:
        NoColumns: it is too large.
    """
    size = 1 + sum(part.size for part in parts)
    if size > MAX_SIZE:
        raise NoColumns("it is too large when written out")
    return size
