"""Classical item analysis: how hard each question of an exam is, and how well it tells people apart.

How well a form hangs together (KR-20) is told by ``engines.exams``. Source: Crocker and Algina, Introduction to Classical and Modern
Test Theory (1986), chapter 14.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FEW = 5  # answers below which a correlation is not told: it would be noise


class ItemFigures(NamedTuple):
    """What the answers say of one question.

    Attributes:
        item: its name.
        answers: how many people answered it.
        p: share of right answers, 0 to 1 (the usual "difficulty": a high p is an easy question).
        discrimination: point-biserial correlation of right answers with the rest of the score, -1 to 1; None where it has
            no value (everybody or nobody right, all rests alike) or there are fewer than ``FEW`` answers.
    """

    item: str
    answers: int
    p: float
    discrimination: float | None


def difficulty(right: Sequence[bool]) -> float:
    """The share of right answers. Raises ``ValueError`` when nobody answered."""
    if not right:
        raise ValueError("nobody answered")
    return sum(right) / len(right)


def point_biserial(right: Sequence[bool], score: Sequence[float]) -> float | None:
    """Pearson's correlation of a question's right (1) and wrong (0) answers with a score, per person in the same order.

    ``(M1 - M0) / s * sqrt(p q)`` with the standard deviation over all (divisor n). None when it is not defined.
    """
    if len(right) != len(score):
        raise ValueError("one score per answer")
    ones = [value for yes, value in zip(right, score, strict=True) if yes]
    zeros = [value for yes, value in zip(right, score, strict=True) if not yes]
    if not ones or not zeros:
        return None
    mean = math.fsum(score) / len(score)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in score) / len(score))
    if spread < 1e-12:
        return None
    p = len(ones) / len(right)
    apart = math.fsum(ones) / len(ones) - math.fsum(zeros) / len(zeros)
    return apart / spread * math.sqrt(p * (1 - p))


def analyse(sittings: Sequence[Mapping[str, bool]]) -> list[ItemFigures]:
    """Figures of every question over sittings that may be of different forms; a question's rest score is the share right of the
    other questions of the same sitting, so that forms of different length can be put together. Hardest first."""
    found: dict[str, list[tuple[bool, float | None]]] = {}
    for sitting in sittings:
        total = sum(sitting.values())
        for item, right in sitting.items():
            rest = (total - right) / (len(sitting) - 1) if len(sitting) > 1 else None
            found.setdefault(item, []).append((right, rest))
    figures = []
    for item, answers in found.items():
        every = [yes for yes, _ in answers]
        pairs = [(yes, rest) for yes, rest in answers if rest is not None]
        telling = len(pairs) >= FEW
        r = point_biserial([yes for yes, _ in pairs], [rest for _, rest in pairs]) if telling else None
        figures.append(ItemFigures(item, len(every), difficulty(every), r))
    return sorted(figures, key=lambda each: (each.p, each.item))
