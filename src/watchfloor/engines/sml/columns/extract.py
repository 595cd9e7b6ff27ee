"""Values out of the event's JSON, on columns: what the row engine's ``Reader`` gives for a value of the column's type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.columns.frame import UNTYPED
from watchfloor.engines.sml.columns.python import by_value
from watchfloor.engines.sml.columns.value import (
    BOOL,
    ENTITY,
    FLOAT,
    INT,
    KIND_OF,
    KINDS,
    LIST,
    TEXT,
    Column,
    NoColumns,
    nothing,
)
from watchfloor.engines.sml.paths import path_text

_INT_TEXT = 18
"""A text of at most so many bytes spells a number of less than 64 bits, if any."""


def extract(expr: tree.Extract, schema: Mapping[str, pl.DataType]) -> Column:
    """The column of a JsonData or EntityJson.

    Raises:
        NoColumns: the path has no typed column, or values of its type are not brought to the declared one exactly.
    """
    if expr.secret:
        raise NoColumns("it reads the event's secret part")
    found = column_at(expr.path, schema)
    made = _typed(found, expr)
    if expr.wrap is not None:
        made.kind, made.entity = ENTITY, expr.wrap
    return made


def column_at(path: tuple[str | int, ...], schema: Mapping[str, pl.DataType]) -> Column | None:
    """What stands at a path; None if nothing ever does.

    Raises:
        NoColumns: it has no typed column.
    """
    name = path_text(path)
    if not path:
        raise NoColumns("it reads the whole event")
    if name in schema:
        return _of_dtype(pl.col(name), schema[name], name)
    if any(other.startswith((name + ".", name + "[")) for other in schema):
        raise NoColumns(f"{name} is an object")
    for length in range(len(path) - 1, 0, -1):
        holder = path_text(path[:length])
        if holder in schema:
            column = _of_dtype(pl.col(holder), schema[holder], holder)
            step = path[length]
            if column.kind != LIST or not isinstance(step, int) or length + 1 < len(path):
                return None
            return _of_dtype(column.expr.list.get(step, null_on_oob=True), _inner(schema[holder]), name)
    if UNTYPED in schema:
        return None  # rows that have something there say so
    raise NoColumns(f"{name} has no column of one type")


def _inner(dtype: pl.DataType) -> pl.DataType:
    assert isinstance(dtype, pl.List)
    inner = dtype.inner
    return inner if isinstance(inner, pl.DataType) else inner()


def _of_dtype(expr: pl.Expr, dtype: pl.DataType, name: str) -> Column:
    if dtype in KINDS:
        kind = KINDS[dtype]
        # Whole numbers among decimals are exact up to 2**53; see frame.
        return Column(expr, kind, bits={INT: 63, FLOAT: 54}.get(kind, 0))
    if isinstance(dtype, pl.List) and _inner(dtype) in KINDS:
        holes = (expr.list.len() != expr.list.drop_nulls().list.len()).fill_null(False)
        return Column(expr, LIST, KINDS[_inner(dtype)], unsure=holes)
    raise NoColumns(f"{name} is a column of {dtype}")


def _typed(found: Column | None, expr: tree.Extract) -> Column:
    """The column brought to the declared type."""
    plain = t.without_none(expr.item)
    optional = t.may_be_none(expr.item)
    if plain == t.ANY or t.ANY in plain.args:
        raise NoColumns("its type is not known beforehand")
    if found is None:
        kind = LIST if plain.name == "List" else KIND_OF.get(plain, TEXT)
        item = KIND_OF.get(plain.args[0], TEXT) if plain.name == "List" else ""
        empty = nothing(pl.List(_item_dtype(item)) if kind == LIST else _item_dtype(kind))
        return Column(empty, kind, item, none=empty.is_null() if optional else None)
    made = _brought(found, plain, expr.coerce)
    if optional:
        # Nothing there is None; something there that cannot be brought to the type has failed.
        made.none = found.expr.is_null()
    return made


def _item_dtype(item: str) -> pl.DataType:
    return {kind: dtype for dtype, kind in KINDS.items()}[item]


def _brought(found: Column, plain: t.Type, coerce: bool) -> Column:
    if plain.name == "List":
        return _list(found, plain.args[0])
    if plain.name == "Union":
        members = {KIND_OF.get(member) for member in plain.args}
        if found.kind in members or (found.kind == INT and FLOAT in members):
            return _copy(found, found.expr, found.kind)
        raise NoColumns(f"a {found.kind} is there, and it may become several types")
    wanted = KIND_OF.get(plain)
    if wanted is None:
        raise NoColumns(f"values of type {plain} have no column")
    if wanted == found.kind or (wanted == FLOAT and found.kind == INT):
        return _copy(found, found.expr, found.kind)
    if not coerce:
        if wanted == INT and found.kind == FLOAT:
            raise NoColumns("whole numbers stand among decimals there")
        return _copy(found, nothing(_item_dtype(wanted)), wanted)
    return _coerced(found, wanted, plain)


def _coerced(found: Column, wanted: str, plain: t.Type) -> Column:
    """As ``types.coerce`` does."""
    value = found.expr
    match wanted, found.kind:
        case "bool", "text":
            return _copy(found, value != "", BOOL)
        case "bool", "int" | "float":
            return _copy(found, value != 0, BOOL)
        case "bool", "list":
            return _copy(found, value.list.len() > 0, BOOL)
        case "text", "int":
            return _copy(found, value.cast(pl.String()), TEXT)
        case "text", "bool":
            return _copy(found, pl.when(value).then(pl.lit("True")).when(~value).then(pl.lit("False")), TEXT)
        case "int" | "float", "bool" | "list":
            return _copy(found, nothing(_item_dtype(wanted)), wanted)
        case "int", "float":
            made = _copy(found, value.cast(pl.Int64(), strict=False), INT)
            made.unsure = (value.abs() >= 2.0**63).fill_null(False)
            return made
        case "int" | "float", "text":
            expr, _ = by_value(lambda text: _number(text, plain), [found], [False], FLOAT if wanted == FLOAT else INT)
            made = _copy(found, expr, wanted)
            made.unsure = (
                (value.str.len_bytes() > _INT_TEXT).fill_null(False)
                if wanted == INT
                else (~expr.is_finite()).fill_null(False)
            )
            return made
    raise NoColumns(f"a {found.kind} is there, to become {plain}")


def _number(text: Any, plain: t.Type) -> Any:
    try:
        return t.coerce(text, plain)
    except (TypeError, ValueError, OverflowError):
        return None


def _list(found: Column, item: t.Type) -> Column:
    if found.kind != LIST:
        return Column(nothing(pl.List(_item_dtype(KIND_OF.get(item, TEXT)))), LIST, KIND_OF.get(item, TEXT))
    wanted = KIND_OF.get(item)
    if wanted == found.item or (wanted == FLOAT and found.item == INT):
        return _copy(found, found.expr, LIST, found.item)
    if wanted is None:
        raise NoColumns(f"lists of {item} have no column")
    # A list of another type is for the row engine; an empty one is of any type.
    dtype = pl.List(_item_dtype(wanted))
    empty = found.expr.list.head(0).cast(dtype)
    made = _copy(found, empty, LIST, wanted)
    made.unsure = (found.expr.list.len() > 0).fill_null(False)
    return made


def _copy(found: Column, expr: pl.Expr, kind: str, item: str = "") -> Column:
    bits = found.bits if kind == found.kind else 63 if kind == INT else 0
    return Column(expr, kind, item, bits=bits, unsure=found.unsure, size=found.size + 1)
