"""Numbers read like a newspaper, in the reader's language."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.console.filters.numbers import compact, delta, number, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12481, "12,481"), (0, "0"), (-3, "−3"), (999, "999"), (None, "–"), (math.nan, "–"), (Decimal("1234"), "1,234")],
)
def test_number(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_number_follows_the_language() -> None:
    with translation.override("de"):
        assert number(12481.5, 1) == "12.481,5"
    with translation.override("es"):
        assert number(0.5, 1) == "0,5"


def test_a_negative_that_rounds_to_nothing_has_no_sign() -> None:
    assert number(-0.004, 2) == "0.00"
    assert percent(-0.001) == "0\u00a0%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (950, "950"), (999, "999"), (1000, "1.0\u00a0k"), (3214, "3.2\u00a0k"), (48000, "48.0\u00a0k"), (412_300, "412\u00a0k"),
        (999_499, "999\u00a0k"), (999_500, "1.0\u00a0M"), (1_900_000, "1.9\u00a0M"), (-3214, "−3.2\u00a0k"), (2.5, "2.5"), (None, "–"),
    ],
)  # fmt: skip
def test_compact(value: float | None, shown: str) -> None:
    assert compact(value) == shown


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_compact_is_short_and_close(value: int) -> None:
    shown = compact(value)
    assert len(shown) <= 9
    digits, _, unit = shown.replace("−", "-").replace(",", "").partition("\u00a0")
    scale = {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9}[unit]
    assert abs(float(digits) * scale - value) <= max(0.05 * abs(value), 0.5)


def test_delta_names_its_base_and_its_sign() -> None:
    assert delta(118, 100, "vs four Thursdays") == (
        '<span class="delta">+18\u00a0%</span> <span class="delta-base">vs four Thursdays</span>'
    )
    assert "−12\u00a0%" in delta(88, 100)


@pytest.mark.parametrize(
    ("value", "good", "css"),
    [(118, "up", "delta-good"), (118, "down", "delta-bad"), (80, "down", "delta-good"), (80, "up", "delta-bad")],
)
def test_delta_is_coloured_only_where_a_direction_is_good(value: int, good: str, css: str) -> None:
    assert css in delta(value, 100, good=good)
    assert "delta-good" not in delta(value, 100)
    assert "delta-bad" not in delta(value, 100)


def test_delta_without_something_to_divide_by() -> None:
    assert "new" in delta(5, 0)
    assert "no change" in delta(0, 0)
    assert "–" in delta(5, None)
    assert "no change" in delta(100.1, 100)


def test_delta_escapes_its_base() -> None:
    assert "<b>" not in delta(1, 2, "<b>")
