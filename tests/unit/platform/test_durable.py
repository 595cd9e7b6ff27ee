"""A file is wholly there or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchfloor.platform.durable import whole


def test_it_is_there_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "file.txt"
    with whole(target) as unfinished:
        unfinished.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(ValueError, match="half"):
        _write_half(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def _write_half(target: Path) -> None:
    with whole(target) as unfinished:
        unfinished.write_text("ne")
        raise ValueError("half")
