"""One pass over a column of texts for all patterns that rules look for in it.

Few texts match any pattern. So one search for all patterns joined by ``|``, spelt loosely, finds the texts worth a look; which of
the patterns are in those is asked of these texts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from watchfloor.engines.sml.columns.forms import accepted, searched
from watchfloor.engines.sml.columns.value import BOOL, TEXT, Column, either
from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.patterns import Pattern
from watchfloor.engines.sml.scan import has_sets, scanner

WORD = 62
"""Patterns whose answers share one whole number."""

WORTH_IT = 2
"""From so many patterns on one text, one pass is cheaper than a search for each."""

Batch = Callable[[pl.Series], pl.Series]


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
                _batch(self.patterns[begin : begin + WORD]),
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


def _batch(patterns: Sequence[Pattern]) -> Callable[[Sequence[pl.Series]], pl.Series]:
    maybe, exact = _any_of(patterns), _text_by_text(patterns) if has_sets() else _one_by_one(patterns)

    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        texts = columns[0]
        if maybe is None:
            return exact(texts)
        passed = texts.str.contains(maybe)
        bits = passed.to_frame("p").select(pl.when(pl.col("p").is_not_null()).then(pl.lit(0, pl.Int64))).to_series()
        places = passed.arg_true()
        return bits.scatter(places, exact(texts.gather(places))) if len(places) else bits

    return batch


def _any_of(patterns: Sequence[Pattern]) -> str | None:
    """A spelling that finds every text in which any of the patterns is, and perhaps others; None if there is none."""
    spelt = [pattern.portable and (pattern.portable.loose or pattern.portable.any) for pattern in patterns]
    if not all(spelt):
        return None
    joined = "|".join(f"(?:{spelling})" for spelling in spelt)
    return joined if accepted(joined) else None


def _one_by_one(patterns: Sequence[Pattern]) -> Batch:
    text = Column(pl.col("t"), TEXT)
    bits = [
        pl.when(searched(pattern, text).expr).then(pl.lit(1 << place, pl.Int64)).otherwise(pl.lit(0, pl.Int64))
        for place, pattern in enumerate(patterns)
    ]
    together = pl.when(pl.col("t").is_not_null()).then(pl.sum_horizontal(bits))
    return lambda texts: texts.to_frame("t").select(together.alias("b")).to_series()


def _text_by_text(patterns: Sequence[Pattern]) -> Batch:
    scan = scanner(patterns)
    return lambda texts: pl.Series([None if text is None else scan(text) for text in texts.to_list()], dtype=pl.Int64)
