"""Events as typed columns: one column per JSON path met, named as rules write it (``$.item.data.text``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.engines import sml

if TYPE_CHECKING:
    import polars as pl

MAX_COLUMNS = 500
_PLAIN = re.compile(r"[^\s.\[\]'\"*()?@,:]+")
_WIDEST = 2**63
BASE = ("action_id", "action_name", "timestamp", "data")


def leaves(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every place of an event's data that holds no object, by its path. Lists are one value."""
    todo: list[tuple[str, Any]] = [("$", data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [(path + step(name), inner) for name, inner in value.items()]
        else:
            yield path, value


def step(name: str) -> str:
    """One key as a path writes it."""
    if _PLAIN.fullmatch(name):
        return f".{name}"
    return f"['{name}']" if "'" not in name else f'["{name}"]'


def flatten(events: Iterable[sml.Event], *, max_columns: int = MAX_COLUMNS) -> tuple[pl.DataFrame, list[str]]:
    """The frame of some events, and the paths that have no column of their own.

    A path gets a column when all its values are of one type (Boolean, Int64, Float64, String, or a list of one of these); null
    fits every type. Paths whose values differ, and those beyond ``max_columns`` (the rarest), can only be read from ``data``.
    """
    import polars as pl  # takes a while to load, and only workers and Investigate need it

    rows = list(events)
    found: dict[str, list[tuple[int, Any]]] = {}
    for place, event in enumerate(rows):
        for path, value in leaves(event.data):
            if value is not None:
                found.setdefault(path, []).append((place, value))
    columns: dict[str, pl.Series] = {}
    untyped: list[str] = []
    for number, (path, values) in enumerate(sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))):
        kind = _kind(value for _, value in values) if number < max_columns else None
        if kind is None:
            untyped.append(path)
            continue
        filled: list[Any] = [None] * len(rows)
        for place, value in values:
            filled[place] = value
        columns[path] = pl.Series(path, filled, dtype=kind)
    frame = pl.DataFrame(
        {
            "action_id": pl.Series([event.action_id for event in rows], dtype=pl.Int64),
            "action_name": pl.Series([event.action_name for event in rows], dtype=pl.String),
            "timestamp": pl.Series([event.timestamp for event in rows], dtype=pl.Datetime("us", "UTC")),
            "data": pl.Series([msgspec.json.encode(event.data).decode() for event in rows], dtype=pl.String),
            **dict(sorted(columns.items())),
        }
    )
    return frame, sorted(untyped)


def _kind(values: Iterable[Any]) -> pl.DataType | type[pl.DataType] | None:
    """The one column type that holds all values as they are, or None."""
    import polars as pl

    inner: set[type] = set()
    shapes = set()
    for value in values:
        shapes.add(isinstance(value, list))
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                inner.add(type(each))
                if type(each) is int and not -_WIDEST <= each < _WIDEST:
                    return None
    if len(shapes) != 1 or len(inner) > 1:
        return None
    types: dict[type, type[pl.DataType]] = {bool: pl.Boolean, int: pl.Int64, float: pl.Float64, str: pl.String}
    kind = types.get(next(iter(inner), str))
    if kind is None:
        return None
    return pl.List(kind) if shapes == {True} else kind
