"""When a rule is stopped by itself."""

from __future__ import annotations

from math import comb

import pytest

from watchfloor.detection.domain.alarms import at_least, chance_of, drift, volume


def test_the_tail_of_the_negative_binomial_against_its_formula() -> None:
    r, p = 3, 0.4
    plain = 1 - sum(comb(k + r - 1, k) * p**r * (1 - p) ** k for k in range(7))
    assert at_least(7, r, p) == pytest.approx(plain)
    assert at_least(0, r, p) == 1.0


@pytest.mark.parametrize(
    ("now", "past", "sounds"),
    [
        (200, [40, 38, 44, 41], True),
        (100, [40, 38, 44, 41], False),  # surely more, but not three times
        (60, [40, 38, 44, 41], False),
        (20, [0, 0, 0, 0], False),  # too few to matter
        (80, [0, 0, 0, 0], True),
        (200, [40], False),  # one week is no habit
        (200, [], False),
        (200, [5, 150, 2, 90], False),  # a rule that is always wild
    ],
)
def test_volume(now: int, past: list[int], sounds: bool) -> None:
    assert (volume(now, past) is not None) == sounds


def test_volume_says_its_numbers() -> None:
    alarm = volume(200, [40, 38, 44, 42])
    assert alarm is not None and alarm.kind == "volume"
    assert (
        alarm.words == "It fired 200 times in the last hour; the same hours of the 4 weeks before had 41.0 on average."
    )


def test_more_hits_are_never_likelier() -> None:
    chances = [chance_of(now, [10, 14, 9]) for now in range(0, 80, 5)]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    ("recent", "before", "sounds"),
    [((10, 30), (95, 100), True), ((27, 30), (95, 100), False), ((2, 10), (95, 100), False), ((2, 30), (9, 10), False)],
)
def test_drift(recent: tuple[int, int], before: tuple[int, int], sounds: bool) -> None:
    found = drift(*recent, *before)
    assert (found is not None) == sounds
    if found is not None:
        assert found.kind == "drift" and "33%" in found.words.replace(" ", "")
