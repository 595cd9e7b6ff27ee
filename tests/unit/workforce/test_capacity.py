"""What share of a full day counts, and what a job weighs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from watchfloor.insight.needed import handling_per_unit, needed
from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain import workload
from watchfloor.workforce.domain import capacity

BEGAN = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("share", "days", "ramp", "expected"),
    [(1.0, 0, 0, 1.0), (1.0, 0, 20, 0.5), (1.0, 10, 20, 0.75), (0.5, 10, 20, 0.375), (1.0, 20, 20, 1.0), (1.0, 90, 20, 1.0),
     (1.0, -5, 20, 0.5)],
)  # fmt: skip
def test_somebody_new_grows_into_their_share(share: float, days: int, ramp: int, expected: float) -> None:
    assert capacity.strength(share, BEGAN, ramp, BEGAN + timedelta(days=days)) == pytest.approx(expected)
    assert capacity.strength(share, None, ramp, BEGAN) == share


def test_what_makes_no_sense_is_named() -> None:
    for share, ramp, where in ((0.0, 0, "share"), (2.5, 0, "share"), (1.0, -1, "ramp_days"), (1.0, 366, "ramp_days")):
        with pytest.raises(BadInput) as refused:
            capacity.check(share, ramp)
        assert refused.value.where == where


def test_jobs_weigh_by_kind_and_queue() -> None:
    counts = [("spam", "review", 4), ("live", "review", 2), ("live", "appeal", 1), ("gone", "second", 3)]
    assert workload.units(counts, {"spam": 0.5, "live": 3.0}) == 4 * 0.5 + 2 * 3 + 2 * 3 + 3


def test_a_queue_in_which_nobody_solved_anything_is_timed_by_its_weight() -> None:
    # 10 of 60 s at weight 1, 5 of 180 s at weight 2: 1,500 s for 20 units.
    per_unit = handling_per_unit([(10, 60.0, 1.0), (5, 180.0, 2.0), (0, None, 3.0)])
    assert per_unit == 75.0
    assert needed(40, per_unit * 3, 16) == 4  # (40 + 16 / 4) * 225 s = 2.75 hours of work an hour, at 0.85
    assert handling_per_unit([(0, None, 1.0)]) is None
