"""The diff view loses no line and folds only what is unchanged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.console.filters.diff import diff_lines

LINES = st.lists(st.sampled_from("abcdef"), max_size=40).map("\n".join)


def test_a_change_keeps_three_lines_around_it() -> None:
    old = "\n".join(str(n) for n in range(1, 21))
    lines = diff_lines(old, old.replace("10", "ten"))
    assert [(line.kind, line.text or line.count) for line in lines] == [
        ("gap", 6), ("same", "7"), ("same", "8"), ("same", "9"), ("del", "10"), ("add", "ten"),
        ("same", "11"), ("same", "12"), ("same", "13"), ("gap", 7),
    ]  # fmt: skip


def test_a_single_line_is_not_worth_folding() -> None:
    lines = diff_lines("1\n2\n3\n4\nx", "1\n2\n3\n4\ny")
    assert [line.kind for line in lines] == ["same"] * 4 + ["del", "add"]


def test_alike_is_one_gap() -> None:
    assert [line.kind for line in diff_lines("a\nb\nc", "a\nb\nc")] == ["gap"]
    assert diff_lines("", "") == []


@given(LINES, LINES)
def test_both_versions_can_be_read_back(old: str, new: str) -> None:
    lines = diff_lines(old, new, around=10**6)
    a, b = old.splitlines(), new.splitlines()
    shown = [line for line in lines if line.kind != "gap"]
    if a == b:
        return  # nothing changed: folded or shown, there is nothing to tell
    assert [line.text for line in shown if line.kind != "add"] == a
    assert [line.text for line in shown if line.kind != "del"] == b


@given(LINES, LINES)
def test_line_numbers_are_those_of_their_version(old: str, new: str) -> None:
    a, b = old.splitlines(), new.splitlines()
    counted = 0
    for line in diff_lines(old, new):
        assert not line.before or a[line.before - 1] == line.text
        assert not line.after or b[line.after - 1] == line.text
        counted += line.count if line.kind == "gap" else line.kind != "add"
    assert counted == len(a)
