"""Functions without a form of Polars' own, applied value by value: the very callable the row engine calls.

Equal arguments are worked out once in a batch. This is exact by construction, and still spares the decoding of the event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.columns.value import (
    BOOL,
    DTYPES,
    ENTITY,
    FLOAT,
    INT,
    KIND_OF,
    LIST,
    SPAN,
    Column,
    NoColumns,
    constant,
    either,
    joined_size,
)
from watchfloor.engines.sml.function import Cost
from watchfloor.engines.sml.outcome import Entity
from watchfloor.engines.sml.runtime import UNDEFINED

_INT_RANGE = range(-(2**63), 2**63)
_KEPT = 50_000
"""Results remembered in one batch."""


def dtype_of(kind: str, item: str = "") -> pl.DataType:
    """The Polars type that holds a kind of value."""
    return pl.List(DTYPES[item]) if kind == LIST else DTYPES[kind]


def by_value(
    call: Callable[..., Any], parts: list[Column], passes_none: list[bool], kind: str, item: str = ""
) -> tuple[pl.Expr, pl.Expr | None]:
    """``call`` on each row's values, and the rows it leaves to the row engine.

    Args:
        call: given the plain values; ``UNDEFINED`` is no value.
        parts: the arguments.
        passes_none: for each, whether it is called with None where there is no value.
        kind: what it gives; with ``item`` for a list.
    """
    varying = [place for place, part in enumerate(parts) if not part.is_const]
    fixed = [part.const for part in parts]
    revive = [_reviver(parts[place]) for place in varying]
    needs = [not passes_none[place] for place in varying]
    dtype = dtype_of(kind, item)
    # Only a whole number can be too large for its column; such rows are marked.
    shape = pl.Struct({"value": dtype, "large": pl.Boolean()}) if kind == INT else dtype

    def one(values: tuple[Any, ...]) -> Any:
        arguments = list(fixed)
        for place, value, made, needed in zip(varying, values, revive, needs, strict=True):
            if value is None and needed:
                return None
            arguments[place] = value if value is None or made is None else made(value)
        result = call(*arguments)
        return None if result is UNDEFINED else _plain(result)

    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        known: dict[Any, Any] = {}
        results = []
        for values in zip(*_level(columns), strict=True):
            key = tuple(map(_key, values))
            if key in known:
                results.append(known[key])
                continue
            result = one(values)
            if kind == INT:
                fits = result is None or result in _INT_RANGE
                result = {"value": result if fits else None, "large": not fits}
            if len(known) < _KEPT:
                known[key] = result
            results.append(result)
        return pl.Series(results, dtype=shape)

    made = pl.map_batches([parts[place].expr for place in varying], batch, return_dtype=shape, is_elementwise=True)
    if kind == INT:
        return made.struct.field("value"), made.struct.field("large")
    return made, None


def _level(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Columns of one length: constants come as one value."""
    length = max(len(column) for column in columns) if all(len(column) for column in columns) else 0
    return [
        column
        if len(column) == length
        else column.head(1).extend_constant(column[0], length - 1)
        if length
        else column.clear()
        for column in columns
    ]


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, pl.Series | list) else value


def _reviver(part: Column) -> Callable[[Any], Any] | None:
    """How a column's value becomes what the function expects."""
    if part.kind == LIST:
        return list
    if part.kind == SPAN:
        return lambda value: timedelta(microseconds=value)
    if part.kind == ENTITY:
        return lambda value: Entity(part.entity or "", value)
    return None


def _plain(result: Any) -> Any:
    if isinstance(result, timedelta):
        return result // timedelta(microseconds=1)
    if isinstance(result, Entity):
        return result.id
    return result


def patched(fast: Column, unlike: pl.Expr, call: Callable[[Any], Any], subject: Column) -> pl.Expr:
    """``fast``, but for the rows of ``unlike`` what ``call`` gives for the subject's value."""
    dtype = dtype_of(fast.kind, fast.item)

    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        quick, odd, subjects = _level(columns)
        if not odd.any():
            return quick
        known: dict[Any, Any] = {}
        values = subjects.filter(odd)
        results = []
        for value in values:
            if value is not None and value not in known:
                known[value] = call(value)
            results.append(None if value is None else known[value])
        places = odd.arg_true()
        return quick.scatter(places, pl.Series(results, dtype=dtype))

    made: pl.Expr = pl.map_batches([fast.expr, unlike, subject.expr], batch, return_dtype=dtype, is_elementwise=True)
    return made


def apply(
    call: Callable[..., Any], parts: list[Column], passes_none: list[bool], kind: str, item: str = "", size: int = 1
) -> Column:
    """``by_value`` as a column; a constant if all arguments are."""
    if all(part.is_const for part in parts):
        result = call(*(part.const for part in parts))
        result = None if result is UNDEFINED else _plain(result)
        if result is None or isinstance(result, list):
            return Column(pl.lit(result, dtype=dtype_of(kind, item)), kind, item)
        return constant(result, kind)
    expr, large = by_value(call, parts, passes_none, kind, item)
    unsure = either(large.fill_null(False) if large is not None else None, *(part.unsure for part in parts))
    return Column(expr, kind, item, bits=63 if kind == INT else 1 if kind == BOOL else 0, unsure=unsure, size=size)


def called(expr: tree.Apply, parts: list[Column]) -> Column:
    """A function of its arguments alone, called for each row's values.

    Raises:
        NoColumns: it asks for more than its arguments, or takes or gives what has no column.
    """
    result = expr.result or t.ANY
    if expr.wants_context:
        raise NoColumns(f"{expr.function} asks for more than its arguments")
    if expr.cost >= Cost.LOOKUP:
        raise NoColumns(f"{expr.function} is too dear to be called for every event")
    if t.may_be_none(result):
        raise NoColumns(f"{expr.function} may give None")
    for part in parts:
        # The row engine may have a whole number where a column of decimals has a decimal; a function could tell.
        if not part.is_const and FLOAT in (part.kind, part.item):
            raise NoColumns(f"{expr.function} is given a decimal")
        if part.kind == ENTITY and part.entity is None:
            raise NoColumns(f"{expr.function} is given an entity of unknown type")
    kind, item = kind_of(result, expr.function)
    return apply(_safe(expr.call, result), parts, list(expr.spare), kind, item, joined_size(*parts))


def _safe(target: Callable[..., Any], result: t.Type) -> Callable[..., Any]:
    """As ``runtime.guarded``, without a report: what fails has no value."""

    def run(*args: Any) -> Any:
        try:
            value = target(*args)
        except Exception:  # any function, also other people's, must cost only what depends on it
            return UNDEFINED
        return value if t.is_instance(value, result) else UNDEFINED

    return run


def kind_of(type_: t.Type, what: str) -> tuple[str, str]:
    """The kind that holds values of a type, and that of a list's items.

    Raises:
        NoColumns: none does.
    """
    plain = t.without_none(type_)
    if plain in KIND_OF:
        return KIND_OF[plain], ""
    if plain == t.TIMEDELTA:
        return SPAN, ""
    if plain.name == "List" and plain.args[0] in KIND_OF:
        return LIST, KIND_OF[plain.args[0]]
    raise NoColumns(f"{what} gives a value of type {plain}")
