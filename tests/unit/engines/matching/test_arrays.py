"""Without the extra, matching says what to install and how."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from watchfloor.engines.matching import hash_picture
from watchfloor.engines.matching.hashes import rows_of
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.videos import hash_video
from watchfloor.kernel.errors import BadInput, MissingExtra


@pytest.mark.parametrize(
    ("module", "do"),
    [
        ("numpy", HashIndex),
        ("numpy", lambda: rows_of(["0" * 64])),
        ("PIL", lambda: hash_picture(b"")),
        ("av", lambda: hash_video("film.mp4")),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_mends_it(
    module: str, do: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra) as told:
        do()
    assert told.value.hint == 'pip install "watchfloor[media]"'


def test_a_hash_that_is_none_is_named_by_its_place() -> None:
    with pytest.raises(BadInput, match="'xyz' is not a hash") as told:
        rows_of(["0" * 64, "xyz"])
    assert told.value.where == "[1]"
