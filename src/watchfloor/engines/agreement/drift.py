"""When somebody's, a queue's or a rule's errors have begun to rise: sums that begin again at zero, with a stated number of false alarms.

The Bernoulli CUSUM (Page 1954; Reynolds and Stoumbos 1999): each wrong verdict adds ``m - 1`` and each right one takes away one, never
below zero; the alarm is a sum of ``limit`` or more. ``m`` follows from the usual and the risen share. With whole steps the sum is a Markov
chain, so the mean number of verdicts until a false alarm is computed, not looked up (Brook and Evans 1972): over thousands of series
the limit is set so that the whole floor has as many false alarms as was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from watchfloor.kernel.errors import BadInput

_MOST = 4000


class Chart(msgspec.Struct, frozen=True):
    """What is watched for: ``usual`` and ``risen`` share of wrong verdicts; steps of ``m - 1`` up and 1 down; alarm at ``limit``."""

    usual: float
    risen: float
    m: int
    limit: int

    @property
    def run(self) -> float:
        """Verdicts until a false alarm, on average."""
        return run_length(self.m, self.limit, self.usual)

    def delay(self, share: float) -> float:
        """Verdicts until the alarm where this share is wrong, on average, from zero."""
        return run_length(self.m, self.limit, share)


class Alarm(msgspec.Struct, frozen=True):
    """The sum passed the limit at verdict number ``at`` (from 0); it had begun to rise after ``since``."""

    at: int
    since: int


def chart(usual: float, risen: float, *, verdicts: float, false_alarms: float = 1.0) -> Chart:
    """The chart that gives so many false alarms in so many verdicts (of all series together), were nothing to change.

    Args:
        verdicts: that all series together get in the period the budget is for.
        false_alarms: in that period.

    Raises:
        BadInput: shares that cannot be watched for, or a budget that is none.
    """
    if not 0 < usual < risen < 1 or verdicts <= 0 or false_alarms <= 0:
        raise BadInput("bad_chart", "Drift needs 0 < usual < risen < 1, and a budget above zero.", where="usual")
    up = math.log(risen / usual)
    down = math.log((1 - usual) / (1 - risen))
    m = max(2, round((up + down) / down))
    wanted = verdicts / false_alarms
    low, high = 1, 2
    while high < _MOST and run_length(m, high, usual) < wanted:
        high *= 2
    high = min(high, _MOST)
    while low < high:
        middle = (low + high) // 2
        if run_length(m, middle, usual) >= wanted:
            high = middle
        else:
            low = middle + 1
    return Chart(usual, risen, m, low)


def follow(of: Chart, wrong: Iterable[bool]) -> tuple[list[Alarm], int]:
    """The alarms in a series of verdicts, in their order (after each the sum begins again), and where the sum stands now."""
    alarms = []
    level, since = 0, 0
    for at, yes in enumerate(wrong):
        level = max(0, level + (of.m - 1 if yes else -1))
        if level == 0:
            since = at + 1
        if level >= of.limit:
            alarms.append(Alarm(at, since))
            level, since = 0, at + 1
    return alarms, level


@lru_cache(maxsize=512)
def run_length(m: int, limit: int, share: float) -> float:
    """The mean number of verdicts until the alarm, from zero, where this share is wrong.

    With L(i) the mean from level i: ``L(i) = 1 + (1 - share) L(max(0, i - 1)) + share L(i + m - 1)``, L = 0 from the limit on. Each
    row has one entry below the diagonal, so one sweep of elimination solves it.
    """
    if share <= 0:
        return math.inf
    rows = [_row(i, m, limit, share) for i in range(limit)]
    constants = [1.0] * limit
    for i in range(limit - 1):
        pivot = rows[i]
        below = rows[i + 1]
        factor = below.pop(i, 0.0) / pivot[i]
        if not factor:
            continue
        constants[i + 1] -= factor * constants[i]
        for place, value in pivot.items():
            if place > i:
                below[place] = below.get(place, 0.0) - factor * value
    solved: Sequence[float] = [0.0] * limit
    found = list(solved)
    for i in range(limit - 1, -1, -1):
        rest = math.fsum(value * found[place] for place, value in rows[i].items() if place > i)
        found[i] = (constants[i] - rest) / rows[i][i]
    return found[0]


def _row(i: int, m: int, limit: int, share: float) -> dict[int, float]:
    row = {i: 1.0}
    below = max(0, i - 1)
    row[below] = row.get(below, 0.0) - (1 - share)
    above = i + m - 1
    if above < limit:
        row[above] = row.get(above, 0.0) - share
    return row
