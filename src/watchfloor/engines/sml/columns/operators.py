"""The operators of the language on columns, with the row engine's answers: Python's arithmetic, None where nothing is.

Whole numbers are 64 bits wide here and unbounded there, and a double holds whole numbers exactly up to 2**53: rows where that
could make a difference are marked ``unsure``.
"""

from __future__ import annotations

import sys
from typing import Any

import polars as pl

from watchfloor.engines.sml.columns.frame import EXACT_INT
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
from watchfloor.engines.sml.limits import MAX_TEXT
from watchfloor.engines.sml.runtime import contains

_NUMBERS = (INT, FLOAT, BOOL)
_EXACT_BITS = 53
_WIDE = 2.0**62
MAX_DOUBLE = int(sys.float_info.max)


def number(part: Column) -> Column:
    """A boolean counts as 0 or 1."""
    if part.kind != BOOL:
        return part
    if part.is_const:
        return constant(int(part.const), INT)
    return Column(
        part.expr.cast(pl.Int64()), INT, none=part.none, sure=part.sure, bits=1, unsure=part.unsure, size=part.size + 1
    )


def negate(part: Column) -> Column:
    """Unary minus."""
    part = number(part)
    if part.kind not in (INT, FLOAT):
        raise NoColumns(f"`-` on a {part.kind}")
    lowest = (part.expr == -(2**63)).fill_null(False) if part.bits > 62 and part.kind == INT else None
    return Column(
        -part.expr, part.kind, sure=part.sure, bits=part.bits, unsure=either(part.unsure, lowest), size=part.size + 1
    )


def arithmetic(op: str, left: Column, right: Column) -> Column:
    """A binary operator; no value where a side has none."""
    if TEXT in (left.kind, right.kind):
        return _texts(op, left, right)
    if op in ("|", "^", "&") and BOOL in (left.kind, right.kind):
        raise NoColumns(f"`{op}` on booleans")
    left, right = number(left), number(right)
    if left.kind not in _NUMBERS or right.kind not in _NUMBERS:
        raise NoColumns(f"`{op}` on a {left.kind} and a {right.kind}")
    if op == "/":
        return _divide(left, right)
    if left.kind == right.kind == INT:
        return _whole(op, left, right)
    if op in ("+", "-", "*"):
        return _decimal(op, left, right)
    raise NoColumns(f"`{op}` on decimals")


def _made(expr: pl.Expr, kind: str, left: Column, right: Column, bits: int, unsure: pl.Expr | None = None) -> Column:
    return Column(
        expr,
        kind,
        sure=left.sure and right.sure,
        bits=bits,
        unsure=either(left.unsure, right.unsure, unsure),
        size=joined_size(left, right),
    )


def _whole(op: str, left: Column, right: Column) -> Column:
    a, b = left.expr, right.expr
    if op in ("+", "-"):
        bits = max(left.bits, right.bits) + 1
        made = a + b if op == "+" else a - b
        return _made(made, INT, left, right, min(bits, 63), _wide(op, left, right) if bits > 62 else None)
    if op == "*":
        bits = left.bits + right.bits
        return _made(a * b, INT, left, right, min(bits, 63), _wide(op, left, right) if bits > 62 else None)
    if op in ("//", "%"):
        made = a // b if op == "//" else a % b
        lowest = (a == -(2**63)).fill_null(False) if left.bits > 62 else None
        zero = pl.when(b == 0).then(pl.when(a.is_not_null()).then(0)).otherwise(made)
        return _made(zero, INT, left, right, min(left.bits + 1, 63) if op == "//" else right.bits, lowest)
    if op in ("|", "^", "&"):
        made = a | b if op == "|" else a ^ b if op == "^" else a & b
        return _made(made, INT, left, right, max(left.bits, right.bits))
    if op in ("<<", ">>") and right.is_const and 0 <= right.const < 62:
        power = constant(2**right.const, INT)
        return _whole("*" if op == "<<" else "//", left, power)
    if op == "**" and right.is_const and 0 <= right.const <= 3:
        result = Column(
            pl.when(a.is_not_null()).then(1), INT, sure=left.sure, bits=1, unsure=left.unsure, size=left.size
        )
        for _ in range(right.const):
            result = _whole("*", result, left)
        return result
    raise NoColumns(f"`{op}` with an amount that depends on the event")


def _wide(op: str, left: Column, right: Column) -> pl.Expr:
    """Where the result may not fit into 64 bits."""
    a, b = left.expr.cast(pl.Float64()), right.expr.cast(pl.Float64())
    result = a + b if op == "+" else a - b if op == "-" else a * b
    return (result.abs() > _WIDE).fill_null(False)


def _decimal(op: str, left: Column, right: Column) -> Column:
    a, b = left.expr.cast(pl.Float64()), right.expr.cast(pl.Float64())
    made = a + b if op == "+" else a - b if op == "-" else a * b
    unsure = ~made.is_finite()
    bits = 0
    if left.bits and right.bits:
        # Both may be whole numbers to the row engine, which then does not round.
        bits = 54
        unsure = unsure | (made.abs() >= EXACT_INT) | _beyond(left, EXACT_INT) | _beyond(right, EXACT_INT)
    return _made(made, FLOAT, left, right, bits, unsure.fill_null(False))


def _divide(left: Column, right: Column) -> Column:
    a, b = left.expr.cast(pl.Float64()), right.expr.cast(pl.Float64())
    # Python divides whole numbers without rounding them first.
    unsure = either(_rounded(left), _rounded(right))
    made = pl.when(b == 0).then(pl.when(a.is_not_null()).then(0.0)).otherwise(a / b)
    infinite = (~made.is_finite()).fill_null(False) if FLOAT in (left.kind, right.kind) else None
    return _made(made, FLOAT, left, right, 1, either(unsure, infinite))


def _beyond(part: Column, limit: int) -> pl.Expr:
    return (part.expr > limit) | (part.expr < -limit)


def _rounded(part: Column) -> pl.Expr | None:
    """Where turning a whole number into a double rounds it."""
    if part.kind != INT or part.bits <= _EXACT_BITS:
        return None
    if part.is_const:
        return None if float(part.const) == part.const else pl.lit(True)
    return _beyond(part, EXACT_INT).fill_null(False)


def _texts(op: str, left: Column, right: Column) -> Column:
    if op != "+" or left.kind != right.kind:
        raise NoColumns(f"`{op}` on a text")
    made = left.expr + right.expr
    return _made(made, TEXT, left, right, 0, too_long(made, left, right))


def too_long(made: pl.Expr, *parts: Column) -> pl.Expr | None:
    """Where a text may exceed what rules can build."""
    if all(part.is_const for part in parts):
        return None
    return (made.str.len_bytes() > MAX_TEXT).fill_null(False)


# --- comparisons ------------------------------------------------------------------------------------------------------


def ordered(op: str, left: Column, right: Column) -> Column:
    """``<`` and its like: false where a side is None, no value where a side failed."""
    left, right = number(left), number(right)
    if NOTHING in (left.kind, right.kind):
        raise NoColumns("it compares None by size")
    if left.kind not in (INT, FLOAT) or right.kind not in (INT, FLOAT):
        raise NoColumns(f"`{op}` on a {left.kind} and a {right.kind}")
    a, b, unsure = _comparable(left, right)
    made = {"<": a.__lt__, "<=": a.__le__, ">": a.__gt__, ">=": a.__ge__}[op](b)
    none = either(left.none, right.none)
    if none is not None:
        failed = either(left.failed(), right.failed())
        made = made.fill_null(False) if failed is None else pl.when(failed).then(None).otherwise(made.fill_null(False))
    return Column(
        made,
        BOOL,
        sure=left.sure and right.sure,
        bits=1,
        unsure=either(left.unsure, right.unsure, unsure),
        size=joined_size(left, right),
    )


def _comparable(left: Column, right: Column) -> tuple[pl.Expr, pl.Expr, pl.Expr | None]:
    """Two numbers, so that Polars compares them as Python does, exactly; and the rows where it would not."""
    if left.kind == right.kind:
        return left.expr, right.expr, None
    if left.is_const and left.kind == INT and float(left.const) == left.const:
        return pl.lit(float(left.const)), right.expr, None
    if right.is_const and right.kind == INT and float(right.const) == right.const:
        return left.expr, pl.lit(float(right.const)), None
    return left.expr.cast(pl.Float64()), right.expr.cast(pl.Float64()), either(_rounded(left), _rounded(right))


def equal(left: Column, right: Column) -> Column:
    """``==``, which takes a failed value for None. Always true or false."""
    size, unsure = joined_size(left, right), either(left.unsure, right.unsure)
    if NOTHING in (left.kind, right.kind):
        other = right if left.kind == NOTHING else left
        made = pl.lit(False) if other.sure else other.expr.is_null()
        return Column(made, BOOL, sure=True, bits=1, unsure=unsure, size=size)
    left_number, right_number = left.kind in _NUMBERS, right.kind in _NUMBERS
    if left.kind == ENTITY and right.kind == ENTITY and (left.entity is None or left.entity != right.entity):
        raise NoColumns("it compares entities of different types")
    if left_number and right_number and not left.kind == right.kind == BOOL:
        left, right = number(left), number(right)
        a, b, rounded = _comparable(left, right)
        unsure = either(unsure, rounded)
    elif left.kind == right.kind and left.kind != LIST:
        a, b = left.expr, right.expr
    elif (
        left.kind == LIST or right.kind == LIST or ENTITY in (left.kind, right.kind) or SPAN in (left.kind, right.kind)
    ):
        raise NoColumns(f"it compares a {left.kind} with a {right.kind}")
    else:  # such as a text and a number: equal only where neither has a value
        made = left.expr.is_null() & right.expr.is_null()
        return Column(made, BOOL, sure=True, bits=1, unsure=unsure, size=size)
    if left.sure and right.sure:
        made = a == b
    elif left.sure or right.sure:
        made = (a == b).fill_null(False)
    else:
        made = a.eq_missing(b)
    return Column(made, BOOL, sure=True, bits=1, unsure=unsure, size=size)


def negation(part: Column) -> Column:
    """``not``: no value where there is none."""
    if part.kind != BOOL:
        raise NoColumns(f"`not` on a {part.kind}")
    return Column(~part.expr, BOOL, none=None, sure=part.sure, bits=1, unsure=part.unsure, size=part.size + 1)


def junction(op: str, parts: list[Column]) -> Column:
    """``and``, ``or``: what has no value counts as false. Always true or false."""
    truths = []
    for part in parts:
        if part.kind != BOOL:
            raise NoColumns(f"`{op}` on a {part.kind}")
        truths.append(part.filled(False))
    made = truths[0]
    for truth in truths[1:]:
        made = made & truth if op == "and" else made | truth
    return Column(
        made, BOOL, sure=True, bits=1, unsure=either(*(part.unsure for part in parts)), size=joined_size(*parts)
    )


# --- in ---------------------------------------------------------------------------------------------------------------


def inside(left: Column, right: Column) -> Column:
    """``in``. None is in a list only if the list says so; nothing is in None; no value where the right side failed."""
    if right.is_const and isinstance(right.const, list):
        return _in_constants(left, right.const)
    if left.kind in (TEXT, NOTHING) and right.kind == TEXT:
        made = right.expr.str.contains(left.expr, literal=True) if left.kind == TEXT else pl.lit(False)
    elif right.kind == LIST and left.kind == right.item:
        made = right.expr.list.contains(left.expr) & left.expr.is_not_null()
    elif right.kind == LIST and left.kind == NOTHING:
        made = pl.lit(False)
    else:
        raise NoColumns(f"it looks for a {left.kind} in a {right.kind}")
    made = made.fill_null(False)
    if right.none is not None:
        made = pl.when(right.expr.is_null()).then(left.expr.is_null()).otherwise(made)
    failed = right.failed()
    if failed is not None:
        made = pl.when(failed).then(None).otherwise(made)
    unsure = either(left.unsure, right.unsure)
    return Column(made, BOOL, sure=right.sure, bits=1, unsure=unsure, size=joined_size(left, right))


def _in_constants(left: Column, items: list[Any]) -> Column:
    none_inside = None in items
    if left.is_const and left.kind != LIST:
        return Column(pl.lit(contains(left.const, items)), BOOL, sure=True, bits=1)
    if left.kind in (LIST, ENTITY, SPAN):
        raise NoColumns(f"it looks for a {left.kind} in a list")
    left = number(left)
    if left.kind == TEXT:
        alike: list[Any] = [item for item in items if isinstance(item, str)]
    else:
        alike = [item for item in items if isinstance(item, int | float) and abs(item) <= MAX_DOUBLE]
        if left.kind == INT:
            alike = [int(item) for item in alike if int(item) == item and abs(item) < 2**63]
        else:
            alike = [float(item) for item in alike if float(item) == item]
    if not alike:
        made = pl.lit(False)
    elif len(alike) == 1:
        made = left.expr == alike[0]
    else:
        dtype = {TEXT: pl.String(), INT: pl.Int64(), FLOAT: pl.Float64()}[left.kind]
        made = left.expr.is_in(pl.Series(sorted(set(alike)), dtype=dtype).implode())
    made = made & left.expr.is_not_null() if not alike else made
    if not left.sure:
        made = made.fill_null(False)
    if none_inside and not left.sure:
        made = made | left.expr.is_null()
    return Column(made, BOOL, sure=True, bits=1, unsure=left.unsure, size=left.size + 1)
