"""Errors without a known truth: planted worlds are found again, and the answers are those of another implementation."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest

from watchfloor.engines import agreement
from watchfloor.kernel.errors import BadInput

Votes = list[tuple[str, str, str]]


def world(seed: int, units: int, raters: int, values: int, votes: int) -> tuple[Votes, list[float]]:
    chance = random.Random(seed)
    right = [chance.uniform(0.6, 0.97) for _ in range(raters)]
    given = []
    for unit in range(units):
        true = chance.randrange(values)
        for rater in chance.sample(range(raters), votes):
            wrong = [value for value in range(values) if value != true]
            given.append(
                (f"u{unit}", f"r{rater:02}", str(true if chance.random() < right[rater] else chance.choice(wrong)))
            )
    return given, right


def test_planted_errors_are_found() -> None:
    votes, right = world(1, 2500, 30, 2, 3)
    found = agreement.dawid_skene(votes)
    assert found.settled
    errors = {rater.name: rater.error for rater in found.raters}
    assert sum(abs(errors[f"r{k:02}"].value - (1 - share)) for k, share in enumerate(right)) / 30 < 0.03
    for rater in found.raters:
        assert all(sum(row) == pytest.approx(1) for row in rater.confusion)
    whole = found.chances.select(pl.sum_horizontal(pl.col(found.values)))
    assert whole.to_series().min() == pytest.approx(1) and whole.to_series().max() == pytest.approx(1)


def plain(votes: Votes, turns: int) -> dict[str, dict[str, float]]:
    """So many turns of the model, vote by vote, as the paper says it."""
    units, raters, values = (sorted(set(column)) for column in zip(*votes, strict=True))
    chances = {unit: dict.fromkeys(values, 0.0) for unit in units}
    for unit, _, value in votes:
        chances[unit][value] += 1 / sum(vote[0] == unit for vote in votes)
    for _ in range(turns):
        priors = {k: sum(chances[unit][k] for unit in units) / len(units) for k in values}
        told: dict[tuple[str, str, str], float] = {}
        for unit, rater, value in votes:
            for k in values:
                told[rater, k, value] = told.get((rater, k, value), 0.0) + chances[unit][k]
        told = {cell: max(count, 1e-10) for cell, count in told.items()}
        whole = {(rater, k): sum(told.get((rater, k, v), 0.0) for v in values) for rater in raters for k in values}
        logs = {unit: {k: math.log(priors[k]) for k in values} for unit in units}
        for unit, rater, value in votes:
            for k in values:
                logs[unit][k] += math.log(told[rater, k, value] / whole[rater, k])
        for unit, log in logs.items():
            raised = {k: math.exp(each - max(log.values())) for k, each in log.items()}
            chances[unit] = {k: each / sum(raised.values()) for k, each in raised.items()}
    return chances


def test_answers_are_those_of_the_paper_in_any_order() -> None:
    votes, _ = world(2, 120, 8, 3, 3)
    votes = [
        *votes[40:],
        ("u0", "r07", "0"),
        ("u0", "once", "2"),
    ]  # one who voted once; a unit of one vote, others of two
    one = agreement.dawid_skene(votes)
    assert one.turns > 5
    told = plain(votes, one.turns)
    for row in one.chances.iter_rows(named=True):
        assert {value: row[value] for value in one.values} == pytest.approx(told[row["unit"]], abs=1e-9)
    other = agreement.dawid_skene(random.Random(0).sample(votes, len(votes)))
    assert one.priors == pytest.approx(other.priors, abs=1e-9)
    assert [rater.votes for rater in one.raters] == [rater.votes for rater in other.raters]


def test_the_answers_are_crowd_kits() -> None:
    rival = pytest.importorskip("crowdkit.aggregation", reason="crowd-kit is not installed")
    pandas = pytest.importorskip("pandas")
    for seed in range(6):
        votes, _ = world(seed, 300, 12, 2 + seed % 3, 3)
        model = rival.DawidSkene(n_iter=100).fit(pandas.DataFrame(votes, columns=["task", "worker", "label"]))
        found = agreement.dawid_skene(votes)
        assert found.turns == len(model.loss_history_)
        for row in found.chances.iter_rows(named=True):
            for value in found.values:
                assert row[value] == pytest.approx(model.probas_.loc[row["unit"], value], abs=1e-9)


def test_votes_without_names_tell_error_and_prevalence() -> None:
    chance = random.Random(5)
    units = []
    for _ in range(4000):
        true = "bad" if chance.random() < 0.2 else "good"
        wrong = 0.15 if true == "bad" else 0.05
        counts = {"bad": 0, "good": 0}
        for _vote in range(3):
            said = ("good" if true == "bad" else "bad") if chance.random() < wrong else true
            counts[said] += 1
        units.append(counts)
    found = agreement.voting(agreement.counted(units, ["bad", "good"]), rounds=60)
    assert found.prevalence[0].low < 0.2 < found.prevalence[0].high
    assert found.wrong[0].low < 0.15 < found.wrong[0].high
    assert found.wrong[1].low < 0.05 < found.wrong[1].high
    assert found.error.value < found.wrong[0].value
    assert found.majority_wrong.value < found.error.value


def test_too_little_is_said() -> None:
    with pytest.raises(BadInput, match="no votes"):
        agreement.dawid_skene([])
    with pytest.raises(BadInput, match="same value"):
        agreement.dawid_skene([("u", "r", "x"), ("v", "r", "x")])
    with pytest.raises(BadInput, match="three votes"):
        agreement.voting(agreement.counted([{"a": 1, "b": 1}], ["a", "b"]))
