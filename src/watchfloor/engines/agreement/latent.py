"""How often each rater errs when nobody knows the truth: the model of Dawid and Skene (1979), fitted by expectation-maximisation.

Each unit has one true value; each rater turns a true value into the value they give by a confusion matrix of their own; raters err
independently of each other. From votes alone the fit finds, in turns, how likely each value is for each unit and what each rater does
with each true value, beginning with the shares of votes. All turns are sums over columns, so that a vote costs some nanoseconds.
Where all raters err alike on the same units (an unclear policy), no such model can see it: use it to judge people, not to relabel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import msgspec
import polars as pl

from watchfloor.engines.agreement.intervals import Interval, wilson
from watchfloor.kernel.errors import BadInput

LEAST = 1e-10  # no probability is smaller: one vote against it must not make a value impossible


class Rater(msgspec.Struct, frozen=True):
    """What the votes say of one rater.

    Attributes:
        votes: how many.
        error: the share of their votes that differ from the true value, over the values as they occur in their own units.
        confusion: ``confusion[true][given]``, rows add up to 1.
    """

    name: str
    votes: int
    error: Interval
    confusion: tuple[tuple[float, ...], ...]


class Fitted(msgspec.Struct, frozen=True):
    """``priors``: how common each value is; ``chances[unit]``: how likely each value is for a unit; ``turns`` until it stood still."""

    values: tuple[str, ...]
    priors: tuple[float, ...]
    raters: tuple[Rater, ...]
    chances: pl.DataFrame
    turns: int
    settled: bool


def dawid_skene(
    votes: Iterable[tuple[str, str, str]] | pl.DataFrame, *, turns: int = 100, tolerance: float = 1e-5
) -> Fitted:
    """Fit the model to votes of (unit, rater, value).

    Args:
        votes: rows, or a frame with the columns ``unit``, ``rater`` and ``value``.
        turns: no more than so many.
        tolerance: it stands still when the bound of the evidence, for each vote, grows by less.

    Raises:
        BadInput: no votes, or one value only.
    """
    frame = votes if isinstance(votes, pl.DataFrame) else pl.DataFrame(
        list(votes), schema=["unit", "rater", "value"], orient="row"
    )  # fmt: skip
    if not frame.height:
        raise BadInput("no_votes", "There are no votes to learn from.", where="votes")
    work = _Columns(frame)
    if len(work.values) < 2:
        raise BadInput("one_value", "Every vote has the same value: there is nothing to tell apart.", where="value")
    chances = work.shares()
    priors, told, logs = work.learnt(chances)
    before, done, settled = -math.inf, 0, False
    for _turn in range(turns):
        chances = work.beliefs(priors, logs)
        priors, told, logs = work.learnt(chances)
        done += 1
        bound = _bound(chances, priors, told, logs) / frame.height
        if bound - before < tolerance:
            settled = True
            break
        before = bound
    return Fitted(
        tuple(work.values), tuple(priors), work.raters(told, logs),
        chances.insert_column(0, work.units.alias("unit")), done, settled,
    )  # fmt: skip


class _Columns:
    """The votes as columns of numbers, in the order of units and in the order of cells (a rater and a value they gave).

    What a turn finds is a frame: a column for each true value, a row for each unit or each cell. All columns of a frame are worked on
    by one expression, written down once: on some thousand votes a call costs more than its sums, and threads cost more than they bring.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        values = frame["value"].unique().sort()
        self.values: list[str] = values.to_list()
        self.units = frame["unit"].unique().sort()
        self.names = frame["rater"].unique().sort()
        many = len(values)
        cell = _place(frame["rater"], self.names) * many + _place(frame["value"], values)
        cells = cell.unique().sort()
        self.rater, self.given = cells // many, cells % many
        cell, unit = _place(cell, cells), _place(frame["unit"], self.units)
        by_unit = (unit * len(cells) + cell).sort()  # a number for each vote: its unit first, then its cell
        by_cell = (cell * len(self.units) + unit).sort()
        each = pl.all()
        self._of_unit = _Runs(by_unit % len(cells), by_unit // len(cells))
        self._weighed = [self._of_unit.sums(pl.col(name)) for name in self.values]
        self._chances = (each - pl.max_horizontal(each)).exp()
        self._whole = each / pl.sum_horizontal(each)
        self._told = _Runs(by_cell % len(self.units), by_cell // len(self.units)).sums(each)
        kept = each.clip(LEAST)
        of_rater = _Runs(pl.int_range(len(cells), eager=True), self.rater).sums(kept)
        self._logs = (kept / of_rater.gather(self.rater.rle_id())).log()

    def shares(self) -> pl.DataFrame:
        """For each value the share of a unit's votes that named it."""
        named = pl.DataFrame({name: (self.given == k).cast(pl.Float64) for k, name in enumerate(self.values)})
        return named.select_seq(self._of_unit.sums(pl.all())).select_seq(self._whole)

    def beliefs(self, priors: list[float], logs: pl.DataFrame) -> pl.DataFrame:
        """For each value: how likely it is for each unit, given its votes."""
        weighed = [each + math.log(max(prior, LEAST)) for each, prior in zip(self._weighed, priors, strict=True)]
        return logs.select_seq(weighed).select_seq(self._chances).select_seq(self._whole)

    def learnt(self, chances: pl.DataFrame) -> tuple[list[float], pl.DataFrame, pl.DataFrame]:
        """What follows from how likely each value is for each unit.

        Returns:
            How common each value is; for each true value, how many of each cell's votes were about units of which it is true;
            and the logarithm of how likely each cell's rater gives the cell's value then.
        """
        told = chances.select_seq(self._told)
        return [_total(each) / len(each) for each in chances], told, told.select_seq(self._logs)

    def raters(self, told: pl.DataFrame, logs: pl.DataFrame) -> tuple[Rater, ...]:
        """Each rater's matrix and error, with Wilson's interval at the number of their votes."""
        many = len(self.values)
        rows, rates = told.rows(), logs.select(pl.all().exp()).rows()
        cells: dict[int, list[int]] = {}
        for place, rater in enumerate(self.rater.to_list()):
            cells.setdefault(rater, []).append(place)
        given = self.given.to_list()
        names = self.names.to_list()
        found = []
        for rater, places in cells.items():
            confusion = [[0.0] * many for _ in range(many)]
            for place in places:
                for k in range(many):
                    confusion[k][given[place]] = rates[place][k]
            votes = sum(sum(rows[place]) for place in places)
            right = sum(rows[place][given[place]] for place in places)
            wrong = min(max(votes - right, 0.0), votes)
            found.append(Rater(str(names[rater]), round(votes), wilson(wrong, votes), tuple(map(tuple, confusion))))
        return tuple(found)


class _Runs:
    """Rows that belong together. ``order``: which rows, those of a group side by side; ``groups``: the group of each of these.

    One row stands in front, whatever it holds, so that the first group has a beginning as all others have.
    """

    def __init__(self, order: pl.Series, groups: pl.Series) -> None:
        first = pl.Series([0], dtype=pl.UInt32)
        self._order = pl.concat([first, order.cast(pl.UInt32)])
        self._marks = pl.concat([first, groups.rle().struct.field("len").cum_sum().cast(pl.UInt32)])

    def sums(self, what: pl.Expr) -> pl.Expr:
        """The sum of each group."""
        return what.gather(self._order).cum_sum().gather(self._marks).diff(null_behavior="drop")


_ENTROPY: Final = pl.all().clip(LEAST).entropy(math.e, normalize=False)


def _bound(chances: pl.DataFrame, priors: list[float], told: pl.DataFrame, logs: pl.DataFrame) -> float:
    """What the fit explains of the votes; it never falls from one turn to the next (but for the prior, counted for each vote)."""
    found = float(sum(chances.select_seq(_ENTROPY).row(0)))
    for votes, log, prior in zip(told, logs, priors, strict=True):
        found += _total(votes * (log + math.log(max(prior, LEAST))))
    return found


def _place(column: pl.Series, among: pl.Series) -> pl.Series:
    known = pl.DataFrame({"key": among, "place": pl.int_range(len(among), eager=True)})
    return pl.DataFrame({"key": column}).join(known, on="key", how="left", maintain_order="left")["place"]


def _total(values: pl.Series) -> float:
    return float(values.sum())
