"""Small SVG pictures: right shape, spoken, safe."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.console.filters.shapes import bar, sparkline


def points(svg: str) -> list[list[tuple[float, float]]]:
    """The corner points of each line."""
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())]
        for line in re.findall(r'spark-line" points="([^"]*)"', svg)
    ]


def test_a_sparkline_rises_where_values_rise() -> None:
    (line,) = points(sparkline([1, 2, 3]))
    assert [x for x, _y in line] == sorted(x for x, _y in line)
    assert line[0][1] > line[1][1] > line[2][1]  # SVG counts downwards


def test_a_gap_breaks_the_line() -> None:
    first, second = points(sparkline([1, 2, None, 4, 5]))
    assert len(first) == len(second) == 2
    assert second[0][0] - first[1][0] > first[1][0] - first[0][0]


def test_too_little_to_draw_is_nothing() -> None:
    assert sparkline([]) == sparkline([5]) == sparkline([None, 5, None]) == ""


def test_a_sparkline_speaks() -> None:
    assert 'aria-label="from 3 to 9, lowest 1, highest 9"' in sparkline([3, 1, 9])


@given(st.lists(st.none() | st.floats(-1e12, 1e12), max_size=50))
def test_every_sparkline_is_well_formed_and_within_its_box(values: list[float | None]) -> None:
    svg = sparkline(values)
    if not svg:
        return
    ElementTree.fromstring(svg)
    assert all(0 <= x <= 88 and 0 <= y <= 28 for line in points(svg) for x, y in line)


def test_a_bar_keeps_within_its_track() -> None:
    assert 'class="bar" width="500.0"' in bar(0.5)
    assert 'class="bar" width="1000"' in bar(7) or 'class="bar" width="1000.0"' in bar(7)
    assert "bar-whisker" in bar(0.5, low=0.4, high=0.6)
    assert "bar-whisker" not in bar(0.5)
    ElementTree.fromstring(bar(-1, "2", -1, 2))
