"""Durations and spans in a spike's sentences: a change that is told can be seen, and a day that is another's is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watchfloor.insight.spikes import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-0.3, "0 s"),
        (12, "12 s"),
        (-61, "−61 s"),
        (119.6, "2 min"),
        (134, "2 min 14 s"),
        (3599, "59 min 59 s"),
        (7300, "2.0 h"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.number(seconds * 1000, "ms") == said


def test_a_span_over_midnight_names_its_days() -> None:
    first, last = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert words._moments(first, last) == "09:00–17:00"
    assert words._moments(first, last.replace(day=4)) == "2 Mar 09:00 – 4 Mar 17:00"
