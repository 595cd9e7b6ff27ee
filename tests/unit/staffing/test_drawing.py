"""The picture of need and roster: what is missing is marked, and it says in words what it shows."""

from __future__ import annotations

from datetime import UTC, datetime

from watchfloor.staffing.drawing import coverage


def test_missing_hours_are_marked_and_words_are_escaped() -> None:
    drawn = coverage(
        [2.0] * 24, [2.0] * 20 + [1.0] * 4, datetime(2026, 11, 23, tzinfo=UTC), 'four "<hours>" are missing', now=3
    )
    assert drawn.count("cover-short") == 4
    assert "&lt;hours&gt;" in drawn
    assert "cover-now" in drawn
    assert "cover-short" not in coverage([0.0] * 168, [0.0] * 168, datetime(2026, 11, 23, tzinfo=UTC), "nothing")
