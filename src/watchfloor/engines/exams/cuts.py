"""From how many points an exam is passed: what judges say of the questions, or what examiners say of people, each with its standard error.

Sources: Angoff, Scales, norms and equivalent scores, in Educational Measurement (1971); Livingston and Zieky, Passing Scores (1982), for
the borderline group; Wood, Humphrey-Murto and Norman, Standard setting in a small scale OSCE, Advances in Health Sciences Education 11
(2006), for borderline regression.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from watchfloor.engines.agreement.items import FEW
from watchfloor.engines.agreement.reliability import cumulative


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """A suggested cut. ``score``: points; ``share``: of the most one can have; ``error``: standard error in points, None with too few."""

    score: float
    share: float
    error: float | None
    method: str  # angoff | borderline_group | borderline_regression
    based_on: int  # judges, or people
    fit: float | None = None  # of a regression: the share of the scores' variance it explains


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One question in an Angoff round: the mean of the judges, their spread, lowest and highest."""

    item: str
    mean: float
    spread: float | None
    low: float
    high: float


class Angoff(msgspec.Struct, frozen=True, kw_only=True):
    """A round: the cut, each judge's own cut, and the questions where judges differ most first: to talk about before the next round."""

    cut: Cut
    judges: dict[str, float]
    items: tuple[Judged, ...]


def angoff(judges: Mapping[str, Mapping[str, float]]) -> Angoff:
    """Each judge says of each question which share of people who just deserve to pass would have it right (0 to 1).

    The cut is the mean of the judges' sums; its error the standard deviation of those sums (divisor n - 1) over the root of their number.

    Raises:
        ValueError: no judges, not the same questions, or a share that is none.
    """
    if not judges or not all(judges.values()):
        raise ValueError("nobody judged anything")
    names = sorted(next(iter(judges.values())))
    for said in judges.values():
        if sorted(said) != names:
            raise ValueError("every judge says something of every question")
        if not all(0 <= value <= 1 for value in said.values()):
            raise ValueError("a judgement is a share from 0 to 1")
    own = {judge: math.fsum(said.values()) for judge, said in judges.items()}
    score = math.fsum(own.values()) / len(own)
    spread = deviation(list(own.values()))
    items = []
    for name in names:
        said_of = [said[name] for said in judges.values()]
        items.append(
            Judged(
                item=name,
                mean=math.fsum(said_of) / len(said_of),
                spread=deviation(said_of),
                low=min(said_of),
                high=max(said_of),
            )
        )
    cut = Cut(
        score=score, share=score / len(names), error=None if spread is None else spread / math.sqrt(len(own)), method="angoff",
        based_on=len(own),
    )  # fmt: skip
    return Angoff(cut=cut, judges=own, items=tuple(sorted(items, key=lambda each: (-(each.spread or 0), each.item))))


def borderline_group(scores: Sequence[float], most: float) -> Cut:
    """The median score of the people whom examiners found neither good nor bad enough.

    The error is that of the median over resamples, computed exactly (Maritz and Jarrett, JASA 73 (1978)).
    """
    if not scores:
        raise ValueError("nobody is borderline")
    _most(scores, most)
    ordered = sorted(scores)
    half = len(ordered) // 2
    score = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return Cut(
        score=score, share=score / most, error=_median_error(ordered), method="borderline_group", based_on=len(ordered)
    )  # fmt: skip


def _median_error(ordered: Sequence[float]) -> float | None:
    count = len(ordered)
    if count < FEW:
        return None
    # The chance that the j-th ordered value is a resample's median, as differences of a beta distribution.
    a = (count + 1) / 2
    steps = [cumulative(a, count - a + 1, j / count) for j in range(count + 1)]
    weights = [after - before for before, after in pairwise(steps)]
    first = math.fsum(w * x for w, x in zip(weights, ordered, strict=True))
    second = math.fsum(w * x * x for w, x in zip(weights, ordered, strict=True))
    return math.sqrt(max(0.0, second - first * first))


def borderline_regression(pairs: Sequence[tuple[float, float]], borderline: float, most: float) -> Cut:
    """The score that a straight line through (examiner's grade, score) gives to the grade ``borderline``.

    The error is that of the line at this grade: ``s * sqrt(1 / n + (x0 - mean x)^2 / Sxx)``.

    Raises:
        ValueError: fewer than three people, or all have the same grade.
    """
    count = len(pairs)
    if count < 3:
        raise ValueError("a line needs three people or more")
    _most([score for _, score in pairs], most)
    mx, my = math.fsum(x for x, _ in pairs) / count, math.fsum(y for _, y in pairs) / count
    sxx = math.fsum((x - mx) ** 2 for x, _ in pairs)
    if sxx < 1e-12:
        raise ValueError("all have the same grade")
    syy = math.fsum((y - my) ** 2 for _, y in pairs)
    slope = math.fsum((x - mx) * (y - my) for x, y in pairs) / sxx
    left = math.fsum((y - my - slope * (x - mx)) ** 2 for x, y in pairs)
    score = my + slope * (borderline - mx)
    error = math.sqrt(left / (count - 2)) * math.sqrt(1 / count + (borderline - mx) ** 2 / sxx)
    return Cut(
        score=score, share=score / most, error=error, method="borderline_regression", based_on=count,
        fit=None if syy < 1e-12 else 1 - left / syy,
    )  # fmt: skip


def deviation(values: Sequence[float]) -> float | None:
    """Of a sample (divisor n - 1); None for fewer than two."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _most(scores: Sequence[float], most: float) -> None:
    if most <= 0 or any(not 0 <= score <= most for score in scores):
        raise ValueError("a score is from 0 to the most one can have")
