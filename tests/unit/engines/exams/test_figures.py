"""Figures of exams against published values, enumeration, numeric integration and plain numpy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.exams import (
    alpha,
    analyse,
    angoff,
    borderline_group,
    borderline_regression,
    consistency,
    equate,
    reliability,
)
from watchfloor.engines.exams.consistency import of_moments as consistent
from watchfloor.engines.exams.equating import of_moments as equated
from watchfloor.engines.exams.reliability import f_quantile, feldt

RNG = np.random.default_rng(20300501)
# Five people, four questions. Scores 4, 3, 2, 1, 0; p = .8 .6 .4 .2; sum pq = .16 + .24 + .24 + .16 = .8;
# variance of the scores = 2; so KR-20 = 4/3 * (1 - .8/2) = .8.
GUTTMAN = [[True] * count + [False] * (4 - count) for count in (4, 3, 2, 1, 0)]


def sat(people: int, items: int, spread: float = 1.0) -> np.ndarray:
    """A form that people of differing worth sat."""
    worth, hard = RNG.normal(0, spread, (people, 1)), np.linspace(-1.5, 1.5, items)
    return (RNG.random((people, items)) < 1 / (1 + np.exp(hard - worth))).astype(int)


@given(st.integers(2, 30), st.integers(2, 12), st.integers(0, 10_000))
def test_alpha_is_what_numpy_makes_of_it(people: int, items: int, seed: int) -> None:
    rows = (np.random.default_rng(seed).random((people, items)) < 0.6).astype(float)
    total = rows.sum(1).var(ddof=1)
    found = alpha(rows.tolist())
    if total == 0:
        assert found is None
    else:  # divisor n - 1 throughout: alpha is the same as with n
        assert found == pytest.approx(items / (items - 1) * (1 - rows.var(axis=0, ddof=1).sum() / total), abs=1e-9)


def test_kr20_by_hand() -> None:
    assert alpha(GUTTMAN) == pytest.approx(0.8)
    # Three people, two questions, scores 2, 1, 1: p = 1, 1/3; sum pq = 2/9; variance = 2/9: nothing in common.
    assert alpha([[True, True], [True, False], [True, False]]) == pytest.approx(0.0)


def test_kr20_has_no_value_without_differences() -> None:
    assert alpha([[True, False]] * 3) is None
    assert alpha([[True, False]]) is None
    assert alpha([[True], [False]]) is None
    with pytest.raises(ValueError, match="every question"):
        alpha([[True, False], [True]])


def test_the_interval_of_alpha() -> None:
    # F tables: 95 % point for 5 and 10 degrees of freedom 3.3258, 97.5 % for 10 and 20 2.7737, for 1 and 1 647.789.
    assert f_quantile(5, 10, 0.95) == pytest.approx(3.3258, abs=5e-5)
    assert f_quantile(10, 20, 0.975) == pytest.approx(2.7737, abs=5e-5)
    assert f_quantile(1, 1, 0.975) == pytest.approx(647.789, abs=5e-2)
    low, high = feldt(0.8, 41, 26)
    assert low is not None and high is not None and low < 0.8 < high
    # Coverage: the interval of a form of parallel questions holds its alpha 95 times of 100.
    items, truth, held = 10, 10 * 0.3 / (1 + 9 * 0.3), 0
    for _ in range(400):
        worth = RNG.normal(0, math.sqrt(0.3), (30, 1))
        estimate = alpha((worth + RNG.normal(0, math.sqrt(0.7), (30, items))).tolist())
        assert estimate is not None
        low, high = feldt(estimate, 30, items)
        held += low <= truth <= high  # type: ignore[operator]
    assert 0.92 <= held / 400 <= 0.98


def test_a_forms_figures() -> None:
    rows = [[int(item < score) for item in range(4)] for score in range(5)]  # a perfect scale: KR-20 is 0.8
    form = reliability(rows)
    assert form.alpha == pytest.approx(0.8) and form.mean == 2 and form.spread == pytest.approx(math.sqrt(2))
    assert form.sem == pytest.approx(math.sqrt(2 * 0.2))
    assert form.kr21 == pytest.approx(4 / 3 * (1 - 2 * 2 / (4 * 2)))
    with pytest.raises(ValueError, match="nobody"):
        reliability([])
    assert reliability([[1, 1], [1, 1]]).alpha is None


def test_items_against_numpy() -> None:
    rows = sat(120, 8)
    rows[:, 7] = 1 - rows[:, 6]  # a question keyed the wrong way
    names = [f"q{n}" for n in range(8)]
    found = {each.item: each for each in analyse(names, rows.tolist()).items}
    for place, name in enumerate(names):
        rest = np.delete(rows, place, axis=1)
        r = np.corrcoef(rows[:, place], rest.sum(1))[0, 1]
        assert found[name].p == pytest.approx(rows[:, place].mean())
        assert found[name].discrimination == pytest.approx(r)
        half = 1.959964 / math.sqrt(117)
        assert found[name].low == pytest.approx(math.tanh(math.atanh(r) - half), abs=1e-6)
        assert found[name].alpha_without == pytest.approx(7 / 6 * (1 - rest.var(0).sum() / rest.sum(1).var()))
    assert "wrong_way" in found["q7"].flags
    assert all(not each.flags for each in analyse(names, rows[:20].tolist()).items)  # too few to say anything


def test_wrong_answers_are_looked_at() -> None:
    rows = sat(80, 6)
    given = [["a" if cell else "b" for cell in row] for row in rows]
    strong = rows[:, 1:].sum(1) >= 3
    for line, good in zip(given, strong, strict=True):
        line[0] = "c" if good else "a"  # those who know take the third answer: the key is wrong
    right = [[cell == "a" for cell in line] for line in given]
    found = analyse(
        [f"q{n}" for n in range(6)], right, given=given, key=dict.fromkeys([f"q{n}" for n in range(6)], "a")
    )
    first = next(each for each in found.items if each.item == "q0")
    assert "wrong_key" in first.flags
    assert [choice.text for choice in first.choices] == ["a", "c"] and first.choices[1].discrimination > 0.5  # type: ignore[operator]


def test_angoff() -> None:
    judges = {
        "ann": {"q1": 0.8, "q2": 0.6, "q3": 0.5},
        "bob": {"q1": 0.7, "q2": 0.6, "q3": 0.9},
        "cem": {"q1": 0.9, "q2": 0.6, "q3": 0.7},
    }
    found = angoff(judges)
    sums = np.array([1.9, 2.2, 2.2])
    assert found.cut.score == pytest.approx(2.1) and found.cut.share == pytest.approx(0.7)
    assert found.cut.error == pytest.approx(sums.std(ddof=1) / math.sqrt(3))
    assert [each.item for each in found.items] == ["q3", "q1", "q2"]  # to be talked about first
    assert angoff({"ann": {"q1": 0.5}}).cut.error is None
    for bad in ({}, {"a": {"q": 1.5}}, {"a": {"q": 0.5}, "b": {"p": 0.5}}):
        with pytest.raises(ValueError, match=r"judge"):
            angoff(bad)


def test_the_borderline_group_by_enumeration() -> None:
    scores = [11.0, 14.0, 15.0, 15.0, 19.0]
    medians = np.array([sorted(draw)[2] for draw in itertools.product(scores, repeat=5)])  # every resample there is
    found = borderline_group(scores, 20)
    assert (found.score, found.share) == (15, 0.75)
    assert found.error == pytest.approx(medians.std())
    assert borderline_group([10, 12], 20).score == 11 and borderline_group([10, 12], 20).error is None


def test_borderline_regression_against_numpy() -> None:
    grades = np.array([1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5])
    scores = np.array([8, 10, 11, 12, 10, 13, 14, 15, 16, 15, 19.0])
    found = borderline_regression(list(zip(grades.tolist(), scores.tolist(), strict=True)), 2, 20)
    design = np.column_stack([np.ones(11), grades])
    beta, left, *_ = np.linalg.lstsq(design, scores, rcond=None)
    at = np.array([1, 2.0])
    assert found.score == pytest.approx(at @ beta)
    assert found.error == pytest.approx(math.sqrt(left[0] / 9 * (at @ np.linalg.inv(design.T @ design) @ at)))
    assert found.fit == pytest.approx(np.corrcoef(grades, scores)[0, 1] ** 2)
    with pytest.raises(ValueError, match="same grade"):
        borderline_regression([(2, 1), (2, 2), (2, 3)], 2, 20)


def test_linear_equating() -> None:
    # Kolen and Brennan (2004), chapter 2: forms X and Y of a mathematics test of 40 questions.
    found = equated((19.8524, 8.2116, 4329), (18.9798, 8.9393, 4152), 20)
    assert (found.slope, found.intercept) == (pytest.approx(1.0886, abs=5e-5), pytest.approx(-2.6319, abs=5e-4))
    assert found.cut == 21 and found.note == "easier"
    # The error against a bootstrap of normal scores.
    draws = [equate(RNG.normal(20, 4, 80).tolist(), RNG.normal(19, 5, 60).tolist(), 22).difference for _ in range(800)]
    whole = equated((20, 4, 80), (19, 5, 60), 22)
    assert np.std(draws) == pytest.approx(whole.error, rel=0.12)
    assert equate([1, 2, 3], [1, 2, 3], 2).note == "too_few"


def test_consistency_against_integration() -> None:
    items, cut, mean, spread = 20, 16, 15.2, 9.0
    found = consistent(mean, spread, items, cut)
    assert found is not None
    # What people are worth, on a fine grid; scores binomial around it.
    kr21 = 20 / 19 * (1 - mean * (20 - mean) / (20 * spread))
    a = (1 / kr21 - 1) * mean
    b = items / kr21 - items - a
    grid = (np.arange(200_000) + 0.5) / 200_000
    density = np.exp((a - 1) * np.log(grid) + (b - 1) * np.log1p(-grid))
    density /= density.sum()
    passes = sum(math.comb(items, x) * grid**x * (1 - grid) ** (items - x) for x in range(cut, items + 1))
    assert found.same == pytest.approx((density * (passes**2 + (1 - passes) ** 2)).sum(), abs=1e-5)
    assert found.passed_wrongly == pytest.approx((density * passes * (grid < cut / items)).sum(), abs=1e-4)
    assert found.failed_wrongly == pytest.approx((density * (1 - passes) * (grid >= cut / items)).sum(), abs=1e-4)
    rate = (density * passes).sum()
    assert found.chance == pytest.approx(rate**2 + (1 - rate) ** 2, abs=1e-5)
    assert found.accuracy == pytest.approx(1 - found.passed_wrongly - found.failed_wrongly)
    assert consistency([10, 10, 10, 11], 20, 16) is None  # people differ by no more than chance
    with pytest.raises(ValueError, match="scores"):
        consistency([30], 20, 16)
