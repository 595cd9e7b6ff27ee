"""The same table over columns: which rule decides each of a million cases, in well under the time of reading them.

Every condition is made of few *masks*, one bit a case: a value equals, a number is at least, a signal is there. A mask is made once,
however many rules ask for it; rules then only combine bits. In the order of the table each rule takes what matches and is still
untaken, so the first match wins, as in the function (``rules.compile_rules``): a property test holds them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from watchfloor.engines.routing.facts import LISTS, NUMBERS, TEXT
from watchfloor.engines.routing.rules import NO_RULE, check_rules
from watchfloor.kernel.errors import BadInput

MISSING: dict[str, Any] = {"kind": "review", "weekday": 1}  # what a fact is where a file does not say; else "" and 0


def routed(
    frame: pl.DataFrame, rules: Sequence[Mapping[str, Any]], *, otherwise: str, masks: Masks | None = None
) -> pl.DataFrame:
    """The columns ``rule`` (name) and ``queue`` for every row of ``frame``, in its order.

    ``masks`` of the same frame are kept from table to table, so that a second one costs little.

    A fact that is no column of the frame, or null, is as ``Facts`` has it by default. Raises as ``check_rules`` does, and
    ``BadInput`` where a column has values of another kind.
    """
    checked = check_rules(rules)
    masks = masks or Masks(frame)
    left = masks.every
    rows: list[pl.Series] = []
    takers: list[int] = []
    for number, rule in enumerate(checked):
        hit = left
        for key, wanted in rule.conditions.items():
            hit = hit & masks.of(key, wanted)
        if not hit.any():
            continue
        left = left ^ hit
        rows.append(masks.index.filter(hit))
        takers.append(number)
        if not left.any():
            break
    rows.append(masks.index.filter(left))
    takers.append(len(checked))
    names = [*(rule.route.rule for rule in checked), NO_RULE]
    queues = [*(rule.route.queue for rule in checked), otherwise]
    each = pl.DataFrame(
        {"number": takers, "jobs": [len(part) for part in rows]}, schema_overrides={"number": pl.UInt32}
    )
    taken = each.select(pl.col("number").repeat_by("jobs").explode()).to_series().drop_nulls()
    numbers = pl.DataFrame({"row": pl.concat(rows), "number": taken}).sort("row")["number"]
    return pl.DataFrame(
        {
            "rule": pl.Series(names, dtype=pl.String).gather(numbers),
            "queue": pl.Series(queues, dtype=pl.String).gather(numbers),
        }
    )


class Masks:
    """Masks of one frame, each made when first asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame, self._height = frame, frame.height
        self._columns: dict[str, pl.Series] = {}
        self._holders: dict[str, dict[str, pl.Series]] = {}
        self._made: dict[Any, pl.Series] = {}
        self.index = pl.int_range(0, self._height, dtype=pl.UInt32, eager=True)
        self.every, self.none = self._all(True), self._all(False)

    def of(self, key: str, wanted: Any) -> pl.Series:
        """The rows on which one (checked) condition holds."""
        if isinstance(wanted, Mapping):
            if "not" in wanted:
                return ~self._any_of(key, wanted["not"])
            low, high = wanted.get("min"), wanted.get("max")
            least = self.every if low is None else self._at_least(key, low)
            most = self.every if high is None else self._at_most(key, high)
            over = low is not None and high is not None and low > high
            return least | most if over else least & most
        return self._any_of(key, wanted)

    def _any_of(self, key: str, values: Sequence[Any]) -> pl.Series:
        name = (key, tuple(sorted(set(values))))
        if name not in self._made:
            mask = self.none
            for value in name[1]:
                mask = mask | self._equals(key, value)
            self._made[name] = mask
        return self._made[name]

    def _equals(self, key: str, value: Any) -> pl.Series:
        name = (key, "=", value)
        if name not in self._made:
            self._made[name] = self._has(key, value) if key in LISTS else self._compared(key, value)
        return self._made[name]

    def _compared(self, key: str, value: Any) -> pl.Series:
        column = self._column(key)
        if key in NUMBERS:
            same: pl.Series = column == value
            return same
        codes = self._holders.setdefault(key, {})
        if not codes:  # texts are compared once to be numbered, not once for every value
            distinct = column.unique()
            numbers = pl.Series(range(len(distinct)), dtype=pl.UInt32)
            codes["numbers"] = column.replace_strict(distinct, numbers, return_dtype=pl.UInt32)
            codes["values"] = distinct
        place = codes["values"].index_of(value)
        if place is None:
            return self.none
        found: pl.Series = codes["numbers"] == place
        return found

    def _has(self, key: str, value: str) -> pl.Series:
        holders = self._holders.get(key)
        if holders is None:
            holders = self._holders[key] = self._split(key)
        return holders.get(value, self.none)

    def _split(self, key: str) -> dict[str, pl.Series]:
        """Of a column of lists: for each value the rows that have it."""
        if key not in self._frame.columns:
            return {}
        column = self._frame.get_column(key)
        if column.dtype == pl.String:  # CSV has no lists
            column = column.str.split(" ")
        if not isinstance(column.dtype, pl.List):
            if column.null_count() == len(column):
                return {}
            raise _wrong(key, "a list of texts (or texts with spaces between)")
        rows = pl.DataFrame({"row": self.index, "value": column}).explode("value")
        parts = rows.drop_nulls().partition_by("value", as_dict=True)
        return {str(value): self._all(False).scatter(part["row"], True) for (value,), part in parts.items()}

    def _at_least(self, key: str, end: float) -> pl.Series:
        name = (key, ">=", end)
        if name not in self._made:
            self._made[name] = self._column(key) >= end
        return self._made[name]

    def _at_most(self, key: str, end: float) -> pl.Series:
        name = (key, "<=", end)
        if name not in self._made:
            self._made[name] = self._column(key) <= end
        return self._made[name]

    def _column(self, key: str) -> pl.Series:
        if key not in self._columns:
            self._columns[key] = self._read(key)
        return self._columns[key]

    def _read(self, key: str) -> pl.Series:
        default = MISSING.get(key, "" if key in TEXT else 0)
        if key not in self._frame.columns:
            kind: Any = pl.String if key in TEXT else pl.Int64
            return pl.Series([default], dtype=kind).new_from_index(0, self._height)
        column = self._frame.get_column(key)
        if key in TEXT:
            return column.cast(pl.String).fill_null(default)
        if not column.dtype.is_integer() and column.null_count() < len(column):
            raise _wrong(key, "a whole number")
        return column.cast(pl.Int64).fill_null(default)

    def _all(self, value: bool) -> pl.Series:
        return pl.Series([value], dtype=pl.Boolean).new_from_index(0, self._height)


def _wrong(key: str, wanted: str) -> BadInput:
    return BadInput("wrong_column", f"The column {key} must be {wanted}.", where=f"cases.{key}")
