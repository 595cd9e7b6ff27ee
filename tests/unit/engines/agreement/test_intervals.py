"""Intervals against printed tables."""

from __future__ import annotations

import pytest

from watchfloor.engines import agreement
from watchfloor.engines.agreement.intervals import student

PRINTED = {1: 12.706, 4: 2.776, 6: 2.447, 10: 2.228, 11: 2.201, 15: 2.131, 27: 2.052, 30: 2.042, 120: 1.980}


@pytest.mark.parametrize(("freedom", "value"), PRINTED.items())
def test_students_t_as_printed(freedom: int, value: float) -> None:
    assert round(student(0.975, freedom), 3) == value == -round(student(0.025, freedom), 3)


def test_students_t_at_other_shares() -> None:
    assert (round(student(0.995, 9), 3), round(student(0.95, 30), 3)) == (3.250, 1.697)


def test_the_exact_interval_as_printed() -> None:
    """Clopper-Pearson of 47 in 50, of none and of all in 20."""
    some, none, every = (agreement.clopper_pearson(*counts) for counts in ((47, 50), (0, 20), (20, 20)))
    assert (some.low, some.high) == pytest.approx((0.8345, 0.9875), abs=1e-4)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1684), abs=1e-4)
    assert every.high == 1.0
