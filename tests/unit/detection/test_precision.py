"""Precision, recall and the sweep, against values worked out by hand and against plain counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.detection.domain.precision import Judged, measure, suggest, sweep
from watchfloor.engines.textmodels.metrics import wilson

R, S = "rule:R", "rule:S"


def case(violating: bool, *sources: str, reported: bool = False) -> Judged:
    return Judged(violating, frozenset(sources), reported)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Newcombe (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_published_values(right: int, of: int, low: float, high: float) -> None:
    found = wilson(right, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_figures_of_a_small_floor_by_hand() -> None:
    seen = [
        case(True, R), case(True, R, S), case(True, R, reported=True), case(False, R), case(True, S),
        case(True, reported=True), case(False, S), case(True, "model:spam", R),
    ]  # fmt: skip
    found = measure(R, seen)
    assert (found.judged, found.right, found.precision.value) == (5, 4, 0.8)
    assert (found.actioned, found.caught, found.recall.value) == (6, 4, pytest.approx(4 / 6))
    assert found.only_it == 1  # the first: the others had another source or a report
    assert found.overlap == {"model:spam": 1, S: 1}


def test_nothing_judged_says_nothing() -> None:
    found = measure(R, [])
    assert (found.precision, found.recall) == ((0.0, 0.0, 1.0), (0.0, 0.0, 1.0))


@given(
    points=st.lists(st.tuples(st.integers(-5, 5), st.booleans()), max_size=40),
    op=st.sampled_from([">", ">=", "<", "<="]),
    extra=st.integers(0, 5),
)
def test_every_cut_of_a_sweep_is_what_counting_gives(points: list[tuple[int, bool]], op: str, extra: int) -> None:
    test = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__}[op]
    total = sum(violating for _, violating in points) + extra
    cuts = sweep([(float(value), violating) for value, violating in points], op, total=total)
    expected = []
    for at in sorted({value for value, _ in points}):
        hit = [violating for value, violating in points if test(value, at)]
        if hit:
            expected.append((float(at), len(hit), wilson(sum(hit), len(hit)), wilson(sum(hit), total)))
    assert [(cut.value, cut.hits, cut.precision, cut.recall) for cut in cuts] == expected


def test_the_suggestion_is_the_widest_cut_that_surely_reaches_the_wish() -> None:
    points = [(float(value), True) for value in range(50, 150)] + [(float(value), False) for value in range(20, 50)]
    best = suggest(sweep(points, ">=", most=1000), 0.95)
    assert best is not None and best.value == 50 and best.precision.low >= 0.95
    assert suggest(sweep(points[:3], ">=", most=1000), 0.95) is None  # three right ones are no proof
    assert len(sweep(points, ">=", most=10)) == 10
