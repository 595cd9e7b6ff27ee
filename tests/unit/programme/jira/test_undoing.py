"""Taking back a pick: what each side gets again, and when nothing may be written."""

from __future__ import annotations

import pytest

from watchfloor.programme.jira.domain.undoing import Back, Settled, back


@pytest.mark.parametrize(
    ("kind", "side", "rich", "ours", "theirs", "expected"),
    [
        ("both", "ours", False, "A", "A", Back(there="B")),  # carried: Jira gets its own again
        ("both", "ours", False, "A", "B", Back()),  # not carried yet: nothing to write
        ("both", "theirs", False, "B", "B", Back(here="A")),
        ("both", "theirs", False, "A", "B", Back()),
        ("both", "ours", True, "A", "A", Back(why="rich")),
        ("both", "ours", True, "A", "B", Back()),  # its table is still there
        ("richer", "theirs", True, "B", "B", Back(here="A")),
        ("both", "ours", False, "C", "A", Back(why="changed_here")),
        ("both", "ours", False, "A", "C", Back(why="changed_there")),
        ("both", "theirs", False, "C", "B", Back(why="changed_here")),
        ("overwritten", "ours", False, "A", "A", Back()),
        ("overwritten", "theirs", False, "B", "B", Back(here="A", there="A")),  # both had ours before the pick
        ("overwritten", "theirs", False, "B", "A", Back(here="A")),
        ("overwritten", "theirs", False, "A", "A", Back(why="changed_here")),
        ("overwritten", "ours", False, "A", "C", Back(why="changed_there")),
    ],
)
def test_what_each_side_gets_again(kind: str, side: str, rich: bool, ours: str, theirs: str, expected: Back) -> None:
    was = Settled(kind=kind, side=side, ours="A", theirs="B", rich=rich)
    assert back(was, ours=ours, theirs=theirs) == expected
