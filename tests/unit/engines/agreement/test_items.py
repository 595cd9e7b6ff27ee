"""Item figures against numbers worked by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.agreement import analyse, difficulty, point_biserial

# Five people, four questions: scores 4, 3, 2, 1, 0.
GUTTMAN = [[True] * count + [False] * (4 - count) for count in (4, 3, 2, 1, 0)]


def test_point_biserial_by_hand() -> None:
    # Right have scores 4 and 2 (mean 3), wrong 1 and 1 (mean 1); all: mean 2, standard deviation sqrt(1.5); p = q = 1/2.
    expected = (3 - 1) / math.sqrt(1.5) * 0.5
    assert point_biserial([True, True, False, False], [4, 2, 1, 1]) == pytest.approx(expected)
    assert point_biserial([True, True], [1, 2]) is None
    assert point_biserial([True, False], [1, 1]) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=30))
def test_point_biserial_is_pearson_of_zero_and_one(pairs: list[tuple[bool, int]]) -> None:
    right, score = [a for a, _ in pairs], [float(b) for _, b in pairs]
    found = point_biserial(right, score)
    xs = [float(a) for a in right]
    mx, my = sum(xs) / len(xs), sum(score) / len(score)
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, score, strict=True))
    sx, sy = sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in score)
    if sx == 0 or sy == 0:
        assert found is None
    else:
        assert found == pytest.approx(sxy / math.sqrt(sx * sy), abs=1e-9)


def test_difficulty_is_the_share_right() -> None:
    assert difficulty([True, True, False, True]) == 0.75
    with pytest.raises(ValueError, match="nobody"):
        difficulty([])


def test_analysis_puts_the_hardest_first_and_says_nothing_of_few() -> None:
    sittings = [dict(zip("abcd", row, strict=True)) for row in GUTTMAN]
    figures = {row.item: row for row in analyse(sittings)}
    assert [row.item for row in analyse(sittings)] == ["d", "c", "b", "a"]
    assert (figures["a"].answers, figures["a"].p) == (5, 0.8)
    # Question a: the rests are 1, 2/3, 1/3, 0, 0 in share, so their mean is 2/5 and their variance 34/225; right have the mean
    # 1/2, the one who is wrong 0; p = .8, q = .2: (1/2 - 0) / sqrt(34/225) * .4.
    assert figures["a"].discrimination == pytest.approx(0.2 / math.sqrt(34 / 225))
    assert all(row.discrimination is None for row in analyse(sittings[:4]))
    assert analyse([{"only": True}] * 6)[0].discrimination is None
