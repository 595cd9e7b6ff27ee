"""A download: nothing for nothing, text for what would run, numbers as they are."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from watchfloor.platform.csvfile import cell, lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("", ""), ("=1+1", "'=1+1"), ("@sum", "'@sum"), ("\tx", "'\tx"), ("-", "'-"), (-3, "-3"), (-0.5, "-0.5"),
        ("a,b", "a,b"), (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_cell(value: object, text: str) -> None:
    assert cell(value) == text


def test_lines_are_read_back_as_they_were() -> None:
    text = "".join(lines(["a", "b"], [["x, y", None], ['"', "two\nlines"]]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(text[1:].splitlines(keepends=True))) == [["a", "b"], ["x, y", ""], ['"', "two\nlines"]]
