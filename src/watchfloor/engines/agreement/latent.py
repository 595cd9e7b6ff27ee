"""How often each rater errs when nobody knows the truth: the model of Dawid and Skene (1979), fitted by expectation-maximisation.

Each unit has one true value; each rater turns a true value into the value they give by a confusion matrix of their own; raters err
independently of each other. From votes alone the fit finds, in turns, how likely each value is for each unit and what each rater does
with each true value, beginning with the shares of votes. All turns are sums over columns, so that a vote costs some nanoseconds.
Where all raters err alike on the same units (an unclear policy), no such model can see it: use it to judge people, not to relabel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

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
    priors = [_mean(each) for each in chances]
    errors = work.errors(work.told(chances))
    before, done, settled = -math.inf, 0, False
    for _turn in range(turns):
        chances = work.beliefs(priors, errors)
        priors = [_mean(each) for each in chances]
        told = work.told(chances)
        errors = work.errors(told)
        done += 1
        bound = work.bound(chances, told, priors, errors) / frame.height
        if bound - before < tolerance:
            settled = True
            break
        before = bound
    return Fitted(
        tuple(work.values), tuple(priors), work.raters(chances, errors),
        pl.DataFrame([work.units.alias("unit"), *(each.alias(v) for v, each in zip(work.values, chances, strict=True))]),
        done, settled,
    )  # fmt: skip


class _Columns:
    """The votes as columns of numbers, in the order of units and in the order of cells (a rater and a value they gave)."""

    def __init__(self, frame: pl.DataFrame) -> None:
        values = frame["value"].unique().sort()
        self.values: list[str] = values.to_list()
        self.units = frame["unit"].unique().sort()
        self.names = frame["rater"].unique().sort()
        many = len(self.values)
        coded = frame.select(
            unit=_place(frame["unit"], self.units), cell=_place(frame["rater"], self.names) * many + _place(frame["value"], values)
        ).sort("unit", "cell")  # fmt: skip
        self.unit = coded["unit"]
        self.unit_ends = _ends(coded["unit"])
        by_cell = coded.with_row_index("at").sort("cell")
        self.cells = by_cell["cell"].unique(maintain_order=True)
        self.cell_ends = _ends(by_cell["cell"])
        self.unit_by_cell = by_cell["unit"]
        # each vote, in the order of units, is of the so-manieth cell that occurs
        ranks = (by_cell["cell"].diff().fill_null(0) != 0).cast(pl.UInt32).cum_sum()
        self.cell_of_vote = pl.DataFrame({"at": by_cell["at"], "rank": ranks}).sort("at")["rank"]
        self.rater_of_cell = self.cells // many
        self.rater_ends = _ends(self.rater_of_cell)
        sizes = pl.Series([0]).append(self.rater_ends.cast(pl.Int64)).diff().drop_nulls()
        spread = pl.DataFrame({"rank": pl.int_range(len(sizes), eager=True), "many": sizes})
        self.rater_rank = spread.select(pl.col("rank").repeat_by("many").explode())["rank"]
        self.given = self.cells % many

    def shares(self) -> list[pl.Series]:
        """For each value the share of a unit's votes that named it."""
        given = self.given.gather(self.cell_of_vote)
        sizes = _sums(pl.Series([1.0]).new_from_index(0, len(given)), self.unit_ends)
        return [_sums((given == k).cast(pl.Float64), self.unit_ends) / sizes for k in range(len(self.values))]

    def told(self, chances: list[pl.Series]) -> list[pl.Series]:
        """For each true value: how many of each cell's votes were about units of which it is true."""
        return [_sums(chance.gather(self.unit_by_cell), self.cell_ends) for chance in chances]

    def errors(self, told: list[pl.Series]) -> list[pl.Series]:
        """For each true value: how likely each cell's rater gives the cell's value."""
        found = []
        for each in told:
            kept = each.clip(LEAST)
            found.append(kept / _sums(kept, self.rater_ends).gather(self.rater_rank))
        return found

    def beliefs(self, priors: list[float], errors: list[pl.Series]) -> list[pl.Series]:
        """For each value: how likely it is for each unit, given its votes."""
        logs = [
            _sums(error.log().gather(self.cell_of_vote), self.unit_ends) + math.log(max(prior, LEAST))
            for prior, error in zip(priors, errors, strict=True)
        ]
        frame = pl.DataFrame([each.alias(str(k)) for k, each in enumerate(logs)])
        most = frame.max_horizontal()
        raised = [(each - most).exp() for each in logs]
        whole = pl.DataFrame([each.alias(str(k)) for k, each in enumerate(raised)]).sum_horizontal()
        return [each / whole for each in raised]

    def bound(
        self, chances: list[pl.Series], told: list[pl.Series], priors: list[float], errors: list[pl.Series]
    ) -> float:
        """What the fit explains of the votes; it never falls from one turn to the next (but for the prior, counted for each vote)."""
        found = 0.0
        for chance, votes, prior, error in zip(chances, told, priors, errors, strict=True):
            found += _total(votes * (error.log() + math.log(max(prior, LEAST))))
            kept = chance.clip(LEAST)
            found -= _total(kept * kept.log())
        return found

    def raters(self, chances: list[pl.Series], errors: list[pl.Series]) -> tuple[Rater, ...]:
        """Each rater's matrix and error, with Wilson's interval at the number of their votes."""
        many = len(self.values)
        told = [each.to_list() for each in self.told(chances)]
        rates = [each.to_list() for each in errors]
        cells: dict[int, list[int]] = {}
        for place, rater in enumerate(self.rater_of_cell.to_list()):
            cells.setdefault(rater, []).append(place)
        given = self.given.to_list()
        names = self.names.to_list()
        found = []
        for rater, places in cells.items():
            confusion = [[0.0] * many for _ in range(many)]
            for place in places:
                for k in range(many):
                    confusion[k][given[place]] = rates[k][place]
            votes = sum(told[k][place] for place in places for k in range(many))
            right = sum(told[given[place]][place] for place in places)
            wrong = min(max(votes - right, 0.0), votes)
            found.append(Rater(str(names[rater]), round(votes), wilson(wrong, votes), tuple(map(tuple, confusion))))
        return tuple(found)


def _place(column: pl.Series, among: pl.Series) -> pl.Series:
    known = pl.DataFrame({"key": among, "place": pl.int_range(len(among), eager=True)})
    return pl.DataFrame({"key": column}).join(known, on="key", how="left", maintain_order="left")["place"]


def _ends(column: pl.Series) -> pl.Series:
    """Where each run of an ordered column ends, one past its last row."""
    return column.rle().struct.field("len").cast(pl.UInt32).cum_sum()


def _sums(values: pl.Series, ends: pl.Series) -> pl.Series:
    """The sum of each run."""
    upto = values.cum_sum().gather(ends - 1)
    return upto - upto.shift(1, fill_value=0.0)


def _mean(values: pl.Series) -> float:
    return _total(values) / len(values)


def _total(values: pl.Series) -> float:
    return float(values.sum())
