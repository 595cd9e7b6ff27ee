"""One pass over a column of texts for all patterns that rules look for in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from watchfloor.engines.sml.columns.value import BOOL, Column, either
from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.patterns import Pattern
from watchfloor.engines.sml.scan import scanner

WORD = 62
"""Patterns whose answers share one whole number."""

WORTH_IT = 24
"""From so many patterns on one text, one pass is cheaper than Polars' own search for each."""


class Scan:
    """The columns that tell which of some patterns were found in a variable's text; a frame must have them first.

    Args:
        index: the variable's.
        patterns: what is looked for.
    """

    def __init__(self, index: int, patterns: list[Pattern]) -> None:
        self._index, self.patterns = index, patterns

    def columns(self, text: Column) -> dict[str, pl.Expr]:
        """By name: whole numbers with a bit for each pattern."""
        return {
            self._name(begin): pl.map_batches(
                [text.expr],
                _batch(scanner(self.patterns[begin : begin + WORD])),
                return_dtype=pl.Int64(),
                is_elementwise=True,
            )
            for begin in range(0, len(self.patterns), WORD)
        }

    def found(self, pattern: Pattern, text: Column) -> Column:
        """Whether one of the patterns was found."""
        place = self.patterns.index(pattern)
        bits = pl.col(self._name(place - place % WORD))
        return Column(
            (bits & (1 << place % WORD)) != 0,
            BOOL,
            sure=text.sure,
            bits=1,
            unsure=either(text.unsure, (text.expr.str.len_bytes() > MAX_REGEX_TEXT).fill_null(False)),
            size=2,
        )

    def _name(self, begin: int) -> str:
        return f"scan {self._index} {begin}"


def _batch(scan: Callable[[str], int]) -> Callable[[Sequence[pl.Series]], pl.Series]:
    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        values = [None if text is None else scan(text) for text in columns[0].to_list()]
        return pl.Series(values, dtype=pl.Int64)

    return batch
