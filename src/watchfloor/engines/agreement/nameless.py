"""How common each value is, and how often a vote errs, from counts of votes alone: nobody's name is needed.

All voters are taken to err alike: with one confusion matrix for everybody, the model of Dawid and Skene is a mixture of multinomials
over how many votes each value got (Goodman, Exploratory latent structure analysis, 1974). Three votes for a unit are the least from
which truth and error can be told apart. Units with the same counts are one pattern, so that a turn costs the same for a thousand units
and a million. Intervals: the parametric bootstrap over patterns.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from watchfloor.engines.agreement.coefficients import Table
from watchfloor.engines.agreement.intervals import Interval
from watchfloor.kernel.errors import BadInput

LEAST = 1e-9
ENOUGH = 3  # votes for a unit

Patterns = Sequence[tuple[tuple[int, ...], int]]


class Voting(msgspec.Struct, frozen=True):
    """What votes say without names.

    Attributes:
        values: in the order of ``prevalence`` and of ``confusion``.
        units, votes: that were used; units with fewer than ``ENOUGH`` votes are not.
        prevalence: the share of units of which each value is true.
        error: the share of votes that differ from the true value.
        wrong: by true value: the share of votes that differ from it.
        majority_wrong: the share of units whose most frequent vote is not the likeliest truth's.
        confusion: ``confusion[true][given]``.
    """

    values: tuple[str, ...]
    units: int
    votes: int
    prevalence: tuple[Interval, ...]
    error: Interval
    wrong: tuple[Interval, ...]
    majority_wrong: Interval
    confusion: tuple[tuple[float, ...], ...]


class _Fit(msgspec.Struct, frozen=True):
    priors: tuple[float, ...]
    confusion: tuple[tuple[float, ...], ...]


def voting(
    of: Table, *, rounds: int = 200, confidence: float = 0.95, seed: int = 0, step: Callable[[], None] = lambda: None
) -> Voting:
    """Prevalence and error of the votes, with intervals from ``rounds`` samples drawn again (``step`` is called after each).

    Raises:
        BadInput: fewer than two values, or no unit with three votes.
    """
    patterns = [(counts, many) for counts, many in of.patterns if sum(counts) >= ENOUGH]
    if len(of.values) < 2 or not patterns:
        raise BadInput(
            "too_few_votes", "Truth and error can be told apart only where units have three votes and there are two values.",
            where="votes",
        )  # fmt: skip
    found = _fit(patterns, _start(patterns, len(of.values)), 500)
    chance = random.Random(seed)
    units = sum(many for _, many in patterns)
    weights = [many for _, many in patterns]
    again: list[list[float]] = []
    for _ in range(rounds):
        drawn = Counter(chance.choices(range(len(patterns)), weights, k=units))
        sample = [(patterns[place][0], many) for place, many in drawn.items()]
        again.append(_figures(_fit(sample, found, 60), sample))
        step()
    own = _figures(found, patterns)
    tail = (1 - confidence) / 2
    intervals = [_around(value, sorted(row[k] for row in again), tail) for k, value in enumerate(own)]
    many = len(of.values)
    return Voting(
        of.values, units, sum(sum(counts) * number for counts, number in patterns), tuple(intervals[:many]),
        intervals[2 * many], tuple(intervals[many : 2 * many]), intervals[2 * many + 1], found.confusion,
    )  # fmt: skip


def _start(patterns: Patterns, many: int) -> _Fit:
    """Begun from the shares of votes, as if each value were the truth as often as it was named."""
    hard = [[LEAST] * many for _ in range(many)]
    priors = [LEAST] * many
    for counts, number in patterns:
        size = sum(counts)
        for true in range(many):
            share = counts[true] / size
            priors[true] += share * number
            for given in range(many):
                hard[true][given] += share * counts[given] * number
    return _Fit(_scaled(priors), tuple(_scaled(row) for row in hard))


def _fit(patterns: Patterns, start: _Fit, turns: int) -> _Fit:
    now = start
    many = len(start.priors)
    for _ in range(turns):
        told = [[LEAST] * many for _ in range(many)]
        priors = [LEAST] * many
        for (counts, number), beliefs in zip(patterns, _beliefs(now, patterns), strict=True):
            for true in range(many):
                weight = beliefs[true] * number
                priors[true] += weight
                row = told[true]
                for given in range(many):
                    row[given] += weight * counts[given]
        after = _Fit(_scaled(priors), tuple(_scaled(row) for row in told))
        moved = max(abs(a - b) for a, b in zip(now.priors, after.priors, strict=True))
        now = after
        if moved < 1e-7:
            break
    return now


def _beliefs(fit: _Fit, patterns: Patterns) -> list[list[float]]:
    logs = [[math.log(max(each, LEAST)) for each in row] for row in fit.confusion]
    priors = [math.log(max(each, LEAST)) for each in fit.priors]
    found = []
    for counts, _number in patterns:
        scores = [
            prior + sum(n * each for n, each in zip(counts, row, strict=True) if n)
            for prior, row in zip(priors, logs, strict=True)
        ]
        most = max(scores)
        raised = [math.exp(score - most) for score in scores]
        whole = sum(raised)
        found.append([each / whole for each in raised])
    return found


def _figures(fit: _Fit, patterns: Patterns) -> list[float]:
    """Prevalence by value, wrong votes by true value, wrong votes in all, majorities that are wrong."""
    many = len(fit.priors)
    wrong = [1 - fit.confusion[true][true] for true in range(many)]
    missed = whole = 0.0
    for (counts, number), beliefs in zip(patterns, _beliefs(fit, patterns), strict=True):
        most = max(counts)
        tied = [k for k, count in enumerate(counts) if count == most]
        missed += number * (1 - sum(beliefs[k] for k in tied) / len(tied))
        whole += number
    overall = sum(prior * each for prior, each in zip(fit.priors, wrong, strict=True))
    return [*fit.priors, *wrong, overall, missed / whole]


def _scaled(row: Sequence[float]) -> tuple[float, ...]:
    whole = math.fsum(row)
    return tuple(each / whole for each in row)


def _around(value: float, ordered: Sequence[float], tail: float) -> Interval:
    if not ordered:
        return Interval(value, 0.0, 1.0)
    last = len(ordered) - 1
    return Interval(value, min(value, ordered[round(tail * last)]), max(value, ordered[round((1 - tail) * last)]))
