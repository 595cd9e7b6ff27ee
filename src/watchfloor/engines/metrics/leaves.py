"""Leaf rows of a breakdown as small whole numbers: each dimension's values are coded once, everything after counts with codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from watchfloor.kernel.errors import BadInput

MOST_DIMENSIONS = 16
_MOST_VALUES = 2_000  # of a dimension of a full table: beyond, looking its rhythm up costs more than it saves
_FEW_VALUES = 64
_FEW_ROWS = 200_000  # codes of full tables up to here are kept for the next one of the same sizes


@dataclass(frozen=True)
class Leaves:
    """The dimensions of a table and where each row stands in them.

    Attributes:
        dims: names of the dimensions.
        values: of each dimension, its values, mostly as they come first (rows in order then need no sorting).
        codes: of each dimension, the place of each row's value among ``values`` (unsigned, as narrow as they fit).
        full: every combination has exactly one row, in order (the last dimension changes first).
    """

    dims: tuple[str, ...]
    values: tuple[list[str], ...]
    codes: tuple[pl.Series, ...]
    full: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each dimension has."""
        return tuple(len(each) for each in self.values)

    def element(self, dims: Sequence[int], codes: Sequence[int]) -> dict[str, str]:
        """A cell in words: ``{"market": "de", "policy": "spam"}``."""
        return {self.dims[dim]: self.values[dim][code] for dim, code in zip(dims, codes, strict=True)}


def encode(frame: pl.DataFrame, dims: Sequence[str]) -> Leaves:
    """Code the dimension columns of a table. A missing value is the value ``""``.

    Raises:
        BadInput: no dimension, too many, or a column that is not there.
    """
    for name in dims:
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    if not dims:
        raise BadInput("no_dimensions", "There is no dimension column beside the numbers.", hint="Name at least one.")
    if len(dims) > MOST_DIMENSIONS:
        raise BadInput("too_many_dimensions", f"{len(dims)} dimensions are more than {MOST_DIMENSIONS}.")
    if (full := _full(frame, dims)) is not None:
        return full
    coded = [_codes(frame[name]) for name in dims]
    return Leaves(
        tuple(dims), tuple(values for values, _ in coded), tuple(_narrow(len(values), codes) for values, codes in coded)
    )


def _full(frame: pl.DataFrame, dims: Sequence[str]) -> Leaves | None:
    """A table of text with a row for every combination, in order, as roll-ups write it: known by its rhythm, with a tenth of
    the work of looking every value up. None if it is anything else."""
    rows, run = len(frame), 1
    found: list[list[str]] = []
    for name in reversed(dims):
        column = frame[name]
        if column.dtype != pl.String or column.null_count() or rows % run or not rows:
            return None
        for most in (_FEW_VALUES, _MOST_VALUES + 1):
            ahead = column.head(run * min(rows // run, most)).gather_every(run).to_list()
            size = ahead.index(ahead[0], 1) if ahead.count(ahead[0]) > 1 else len(ahead)
            if size < most:
                break
        values = ahead[:size]
        if size > _MOST_VALUES or len(set(values)) < size or rows % (run * size):
            return None
        found.append(values)
        run *= size
    if run != rows:
        return None
    found.reverse()
    sizes = tuple(len(values) for values in found)
    codes = (_kept_places if rows <= _FEW_ROWS else _places)(sizes)
    for name, values, code in zip(dims, found, codes, strict=True):
        if (pl.Series(values)[code] != frame[name]).any():
            return None
    return Leaves(tuple(dims), tuple(found), codes, True)


def _places(sizes: tuple[int, ...]) -> tuple[pl.Series, ...]:
    """Codes of the rows of a full table."""
    run = math.prod(sizes)
    row = pl.int_range(run, dtype=pl.UInt32, eager=True)
    found = []
    for size in sizes:
        run //= size
        found.append(_narrow(size, (row // run) % size))
    return tuple(found)


_kept_places = lru_cache(maxsize=16)(_places)


def numbers(frame: pl.DataFrame, name: str) -> pl.Series:
    """A column as 64-bit floats; missing is nought.

    Raises:
        BadInput: it is not there, or holds something that is no finite number.
    """
    if name not in frame.columns:
        raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    column = frame[name]
    found = column if column.dtype == pl.Float64 else column.cast(pl.Float64, strict=False)
    if found.null_count() > column.null_count() or not math.isfinite(found.sum()):
        raise BadInput("not_numbers", f"Column {name!r} holds something that is no finite number.", where=name)
    return found.fill_null(0.0) if found.null_count() else found


def _narrow(size: int, codes: pl.Series) -> pl.Series:
    """Codes in as few bytes as they need: with 24 million rows that is what memory goes to."""
    return codes.cast(pl.UInt8 if size <= 255 else pl.UInt16 if size <= 65_535 else pl.UInt32)


def _codes(column: pl.Series) -> tuple[list[str], pl.Series]:
    """The values of a column and the place of each row's value among them."""
    if isinstance(column.dtype, (pl.Categorical, pl.Enum)):
        physical = column.to_physical().cast(pl.UInt32)
        seen = pl.DataFrame({"name": column.unique()}).select("name", code=pl.col("name").to_physical().cast(pl.UInt32))
        table = seen.with_columns(pl.col("name").cast(pl.String).fill_null("")).sort("name")
        spare = int(seen["code"].max() or 0) + 1  # type: ignore[arg-type] # a code, never a date
        places = pl.zeros(spare + 1, dtype=pl.UInt32, eager=True).scatter(
            table["code"].fill_null(spare).to_list(), list(range(len(table)))
        )
        return table["name"].to_list(), places.gather(physical.fill_null(spare))
    text = column if column.dtype == pl.String else column.cast(pl.String)
    if text.null_count():
        text = text.fill_null("")
    values = text.unique(maintain_order=True).to_list()
    return values, text.cast(pl.Enum(values)).to_physical()
