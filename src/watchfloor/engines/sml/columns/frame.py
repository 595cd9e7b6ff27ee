"""Events as a frame of typed columns: one column for each JSON path met, named as rules write it.

An event frame has ``action_id`` Int64, ``action_name`` String, ``timestamp`` Datetime("us", "UTC"), ``data`` String (the
whole data as JSON, for the row engine), ``untyped`` List(String), and columns such as ``$.post.text``.

A path has a typed column only if all its values in the frame are of one type: Boolean, Int64, Float64, String, or a list of
one of these. Whole numbers among decimals make a Float64 column if a double holds each of them exactly. Every other value
(objects among texts, lists of objects, numbers beyond 64 bits, paths beyond ``max_columns``) stays in ``data`` alone, and
its path is named in the row's ``untyped``: so it is known which rows a rule on that path must still be run on one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

import msgspec
import polars as pl

from watchfloor.engines.sml.outcome import Event
from watchfloor.engines.sml.paths import path_text as path_text
from watchfloor.kernel.errors import BadInput

MOMENT = pl.Datetime("us", "UTC")
UNTYPED = "untyped"
BASE: dict[str, pl.DataType] = {
    "action_id": pl.Int64(),
    "action_name": pl.String(),
    "timestamp": MOMENT,
    "data": pl.String(),
    UNTYPED: pl.List(pl.String()),
}
"""The columns every frame has."""

EXACT_INT = 2**53
"""Whole numbers up to here are exact as doubles."""

_TYPES: dict[str, pl.DataType] = {
    "bool": pl.Boolean(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "str": pl.String(),
}
MAX_STEPS = 50


def related(path: str, other: str) -> bool:
    """Whether one path is the other, or lies below it."""
    short, long = sorted((path, other), key=len)
    return long == short or long.startswith((short + ".", short + "["))


class _Paths:
    """What is met while events are taken apart."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], list[tuple[int, Any]]] = {}
        self.kinds: dict[tuple[str, ...], set[str]] = {}

    def _add(self, row: int, path: tuple[str, ...], kind: str, value: Any) -> None:
        if path not in self.values:
            self.values[path], self.kinds[path] = [], set()
        self.values[path].append((row, value))
        self.kinds[path].add(kind)

    def take(self, row: int, data: Mapping[str, Any]) -> None:
        """Take one event's data apart. Null is as good as nothing, so it is passed over."""
        waiting: list[tuple[tuple[str, ...], Any]] = [((str(key),), value) for key, value in data.items()]
        while waiting:
            path, value = waiting.pop()
            if isinstance(value, dict) and len(path) < MAX_STEPS:
                inside = [(str(key), inner) for key, inner in value.items() if inner is not None]
                if not inside:
                    self._add(row, path, "other", None)  # no column below would tell that it is there
                waiting.extend(((*path, key), inner) for key, inner in inside)
            elif value is not None:
                self._add(row, path, _kind(value), value)

    def holders(self) -> set[tuple[str, ...]]:
        """Every path that has others below it."""
        return {path[:length] for path in self.values for length in range(1, len(path))}


def _kind(value: Any) -> str:
    """The kind of a value: a plain type, ``list:`` and one, ``list:`` if it is empty, or ``other``."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -(2**63) <= value < 2**63 else "other"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return "str"
    if isinstance(value, list):
        kinds = {_kind(item) for item in value}
        if not kinds:
            return "list:"
        if len(kinds) == 1 and kinds <= _TYPES.keys():
            return f"list:{kinds.pop()}"
    return "other"


def _dtype(kinds: set[str], values: list[tuple[int, Any]]) -> pl.DataType | None:
    """The type of a column with values of these kinds, or None if there is none."""
    if kinds == {"int", "float"}:
        exact = all(value.__class__ is float or abs(value) <= EXACT_INT for _, value in values)
        return pl.Float64() if exact else None
    lists = kinds - {"list:"}
    if len(lists) > 1:
        return None
    kind = next(iter(lists), "list:str")
    if kind in _TYPES:
        return _TYPES[kind] if "list:" not in kinds else None
    return pl.List(_TYPES[kind[5:]]) if kind.startswith("list:") else None


def flatten(events: Iterable[Event], *, max_columns: int = 500) -> pl.DataFrame:
    """The frame of some events.

    Args:
        events: kept in memory all at once; write a long stream as many frames.
        max_columns: the most paths to give a column; those met first come first.

    Raises:
        BadInput: an event's number does not fit into 64 bits.
    """
    paths = _Paths()
    base: dict[str, list[Any]] = {name: [] for name in BASE if name != UNTYPED}
    for row, event in enumerate(events):
        if not -(2**63) <= event.action_id < 2**63:
            raise BadInput("bad_event", "The event's action_id does not fit into 64 bits.", where="action_id")
        base["action_id"].append(event.action_id)
        base["action_name"].append(event.action_name)
        base["timestamp"].append(event.timestamp.astimezone(UTC))
        base["data"].append(_json(event.data))
        paths.take(row, event.data)
    rows = len(base["action_id"])
    untyped: list[list[str] | None] = [None] * rows
    typed: dict[str, pl.Series] = {}
    holders = paths.holders()
    for path, values in paths.values.items():
        name = path_text(path)
        dtype = _dtype(paths.kinds[path], values) if path not in holders and name not in typed else None
        column = _column(name, rows, values, dtype) if dtype is not None and len(typed) < max_columns else None
        if column is not None:
            typed[name] = column
            continue
        for row, _ in values:
            untyped[row] = [*(untyped[row] or ()), name]
    frame = pl.DataFrame(base, schema={name: dtype for name, dtype in BASE.items() if name != UNTYPED})
    columns = [typed[name] for name in sorted(typed)]
    return frame.with_columns(pl.Series(UNTYPED, untyped, dtype=BASE[UNTYPED]), *columns)


def _column(name: str, rows: int, values: list[tuple[int, Any]], dtype: pl.DataType) -> pl.Series | None:
    """The column of a path, or None where a text cannot be written as UTF-8 (half of a surrogate pair)."""
    column: list[Any] = [None] * rows
    for row, value in values:
        column[row] = value
    try:
        return pl.Series(name, column, dtype=dtype, strict=False)
    except UnicodeEncodeError:
        return None


def _json(data: Any) -> str:
    try:
        return msgspec.json.encode(data).decode()
    except (OverflowError, UnicodeEncodeError):  # numbers beyond 64 bits, halves of surrogate pairs
        return json.dumps(data)


def schema_of(frame: pl.DataFrame | pl.LazyFrame) -> dict[str, pl.DataType]:
    """The names and types of a frame's columns, without reading its rows."""
    return dict(frame.lazy().collect_schema())
