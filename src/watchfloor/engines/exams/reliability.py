"""How well the questions of one form hang together, with an interval, and how far a score may lie from what a person is worth.

Sources: Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16 (1951); Kuder and Richardson, Psychometrika 2
(1937), formulas 20 and 21; Feldt, The approximate sampling distribution of Kuder-Richardson reliability coefficient twenty, Psychometrika
30 (1965), for the interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.engines.agreement.reliability import quantile

Rows = Sequence[Sequence[float]]  # one row a person, one column a question, nothing missing


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """What a form's scores are worth. Attributes:

    alpha: Cronbach's; with right and wrong answers it is KR-20. None where it has no value (all scores alike, under two of either).
    low, high: its interval; None with alpha, and where alpha is 1.
    kr21: the coefficient that takes all questions for equally hard; only of right and wrong answers.
    sem: standard error of measurement, in points.
    """

    people: int
    items: int
    mean: float
    spread: float
    alpha: float | None
    low: float | None = None
    high: float | None = None
    kr21: float | None = None
    sem: float | None = None


def variance(values: Sequence[float]) -> float:
    """Of all values (divisor n)."""
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def alpha(rows: Rows) -> float | None:
    """Cronbach's alpha: ``k / (k - 1) * (1 - sum of the questions' variances / variance of the scores)``."""
    _whole(rows)
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    count = len(rows[0])
    total = variance([math.fsum(row) for row in rows])
    if total < 1e-12:
        return None
    return (
        count / (count - 1) * (1 - math.fsum(variance([row[index] for row in rows]) for index in range(count)) / total)
    )


def reliability(rows: Rows, confidence: float = 0.95) -> Reliability:
    """All figures of a form. Raises ``ValueError`` when there is nobody, or a row has another length."""
    if not rows or not rows[0]:
        raise ValueError("nobody answered anything")
    value = alpha(rows)
    scores = [math.fsum(row) for row in rows]
    count, mean, spread = len(rows[0]), math.fsum(scores) / len(scores), math.sqrt(variance(scores))
    low = high = kr21 = None
    if value is not None:
        low, high = feldt(value, len(rows), count, confidence)
        if all(cell in (0, 1) for row in rows for cell in row):
            kr21 = count / (count - 1) * (1 - mean * (count - mean) / (count * spread**2))
    return Reliability(
        people=len(rows), items=count, mean=mean, spread=spread, alpha=value, low=low, high=high, kr21=kr21,
        sem=None if value is None else spread * math.sqrt(max(0.0, 1 - value)),
    )  # fmt: skip


def feldt(value: float, people: int, items: int, confidence: float = 0.95) -> tuple[float | None, float | None]:
    """Feldt's interval of alpha: (1 - alpha) / (1 - its estimate) is F with n - 1 and (n - 1)(k - 1) degrees of freedom."""
    if value >= 1:
        return None, None
    first, second = people - 1, (people - 1) * (items - 1)
    tail = (1 - confidence) / 2
    return 1 - (1 - value) * f_quantile(first, second, 1 - tail), 1 - (1 - value) * f_quantile(first, second, tail)


def f_quantile(first: float, second: float, p: float) -> float:
    """The value below which F with these degrees of freedom lies with probability ``p``."""
    share = quantile(first / 2, second / 2, p)
    return second * share / (first * (1 - share))


def _whole(rows: Rows) -> None:
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("every row needs an answer to every question")
