"""Item analysis of a whole form: each question's difficulty, what it tells, its wrong answers, and what is suspicious.

Sources: Crocker and Algina, Introduction to Classical and Modern Test Theory (1986), chapters 7 and 14; Fisher's z for the interval of a
correlation. Extends ``engines.agreement.items``, whose figures it uses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import msgspec

from watchfloor.engines.agreement.items import FEW, point_biserial
from watchfloor.engines.exams.reliability import Reliability, alpha, reliability

ENOUGH = 30  # people from whom on a question is judged; before, its figures are shown and nothing is said of them
TOO_EASY, TOO_HARD, WEAK = 0.95, 0.2, 0.2


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a question: how many took it, and how it goes with the rest of the score (a good wrong answer: below zero)."""

    text: str
    right: bool
    people: int
    share: float
    discrimination: float | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One question. Attributes:

    p: share of right answers. discrimination: corrected point-biserial (with the score without this question); low, high: its interval.
    upper_lower: share right in the upper 27 % of people less that in the lower 27 %. alpha_without: the form's alpha if it were left out.
    flags: too_easy, too_hard, tells_nothing (surely below 0.2), wrong_way (surely below zero), wrong_key (a wrong answer goes with
    the score better than the right one). Empty where fewer than ``ENOUGH`` people answered.
    """

    item: str
    people: int
    p: float
    discrimination: float | None
    low: float | None
    high: float | None
    upper_lower: float | None
    alpha_without: float | None
    flags: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """A form's figures; items from the hardest to the easiest."""

    form: Reliability
    items: tuple[Item, ...]


def analyse(
    names: Sequence[str],
    rows: Sequence[Sequence[bool]],
    *,
    given: Sequence[Sequence[str]] | None = None,
    key: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> Analysis:
    """The figures of a form that everybody sat whole: one row a person, one column a question; an unanswered one is wrong.

    Args:
        names: of the questions.
        rows: right or wrong.
        given: what was answered, in the same shape; with ``key`` (question to right answer) for the figures of wrong answers.

    Raises:
        ValueError: nobody answered, or a row has another length.
    """
    if len(set(names)) != len(names) or any(len(row) != len(names) for row in rows):
        raise ValueError("one name, and one answer of each person, for every question")
    numbers = [[float(cell) for cell in row] for row in rows]
    form = reliability(numbers, confidence)
    totals = [math.fsum(row) for row in numbers]
    ranked = sorted(range(len(rows)), key=lambda index: totals[index])
    edge = max(1, round(0.27 * len(rows)))
    found = []
    for place, name in enumerate(names):
        right = [bool(row[place]) for row in rows]
        rest = [total - row[place] for total, row in zip(totals, numbers, strict=True)]
        r = point_biserial(right, rest) if len(rows) >= FEW else None
        low, high = fisher(r, len(rows), confidence)
        choices = _choices([row[place] for row in given], rest, (key or {}).get(name, "")) if given is not None else ()
        without = [[cell for index, cell in enumerate(row) if index != place] for row in numbers]
        item = Item(
            item=name, people=len(rows), p=sum(right) / len(rows), discrimination=r, low=low, high=high,
            upper_lower=(sum(right[i] for i in ranked[-edge:]) - sum(right[i] for i in ranked[:edge])) / edge if len(rows) >= FEW else None,
            alpha_without=alpha(without) if len(names) > 2 else None, choices=choices,
        )  # fmt: skip
        found.append(msgspec.structs.replace(item, flags=_flags(item)))
    return Analysis(form=form, items=tuple(sorted(found, key=lambda each: (each.p, each.item))))


def fisher(r: float | None, people: int, confidence: float) -> tuple[float | None, float | None]:
    """The interval of a correlation; None with fewer than ten people."""
    if r is None or people < 10 or abs(r) >= 1 - 1e-12:
        return None, None
    half = NormalDist().inv_cdf(0.5 + confidence / 2) / math.sqrt(people - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _choices(given: Sequence[str], rest: Sequence[float], key: str) -> tuple[Choice, ...]:
    found = []
    for text in sorted({*given, *([key] if key else [])}):
        took = [each == text for each in given]
        found.append(
            Choice(
                text=text, right=text == key, people=sum(took), share=sum(took) / len(took),
                discrimination=point_biserial(took, rest) if len(took) >= FEW else None,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (not each.right, -each.people, each.text)))


def _flags(item: Item) -> tuple[str, ...]:
    if item.people < ENOUGH:
        return ()
    flags = []
    if item.p > TOO_EASY:
        flags.append("too_easy")
    if item.p < TOO_HARD:
        flags.append("too_hard")
    if item.high is not None and item.high < 0:
        flags.append("wrong_way")
    elif item.high is not None and item.high < WEAK:
        flags.append("tells_nothing")
    own = next((each.discrimination for each in item.choices if each.right), None)
    others = [each.discrimination for each in item.choices if not each.right and each.discrimination is not None]
    if own is not None and others and max(others) > max(own, 0):
        flags.append("wrong_key")
    return tuple(flags)
