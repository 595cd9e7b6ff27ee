"""Due times, lease ends and focus time at their edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.review.domain import clocks
from watchfloor.review.queries.words import span

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_lease_never_outlives_the_longest_hold() -> None:
    assert clocks.lease_until(NOW, NOW, 300) == NOW + timedelta(minutes=5)
    assert clocks.lease_until(NOW + timedelta(minutes=59), NOW, 300) == NOW + clocks.MAX_HOLD


@pytest.mark.parametrize(
    ("so_far", "claimed", "gap", "believed"),
    [
        (0, 20_000, timedelta(seconds=30), 20_000),
        (0, 20_000, timedelta(seconds=10), 10_000),  # more focus than time
        (0, 10**9, timedelta(hours=2), 300_000),  # idle
        (50_000, 20_000, timedelta(seconds=30), 50_000),  # never less than what is known
        (0, 20_000, timedelta(seconds=-5), 0),
    ],
)
def test_focus_time_is_believed_within_reason(so_far: int, claimed: int, gap: timedelta, believed: int) -> None:
    assert clocks.focus_ms(so_far, claimed, gap) == believed


@pytest.mark.parametrize(
    ("ms", "words"), [(41_000, "41 s"), (720_000, "12 min"), (10_800_000, "3 h"), (2 * 10**9, "23 days")]
)
def test_spans_in_one_unit(ms: int, words: str) -> None:
    assert span(ms) == words
