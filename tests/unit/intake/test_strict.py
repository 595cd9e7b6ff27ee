"""The strict reader: whatever JSON can say it reads as the standard library does, and splits batches where they split."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.intake.strict import BadJson, Reader, canonical
from watchfloor.kernel.errors import BadInput

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_reads_what_json_writes(value: Any, indent: int | None, ascii_only: bool) -> None:
    assert Reader().one(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) == value


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]))
def test_splits_a_batch_where_it_splits(values: list[Any], indent: int | None) -> None:
    found = list(Reader().array(json.dumps(values, indent=indent), "rows", 10))
    assert [value for _, value in found] == values
    assert [json.loads(text) for text, _ in found] == values


@given(VALUES, st.integers(0, 200))
def test_a_refused_row_between_two_leaves_them_whole(value: Any, depth: int) -> None:
    deep = "[" * (2_000 + depth) + '{"a]": "\\"]"}' + "]" * (2_000 + depth)
    good = json.dumps(value)
    first, bad, last = Reader().array(f"[{good}, {deep} ,{good}]", "rows", 10)
    assert first == last == (good, value)
    assert isinstance(bad[1], BadInput) and bad[0] == deep


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a':1}", "01", "1 2", "nul", '"\t"', "[1}", "+1", ".5", "0x1"])
def test_what_is_not_json_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(BadJson, match=r"line 1, column \d+"):
        Reader().one(text)


def test_an_error_leaves_the_reader_clean() -> None:
    reader = Reader()
    with pytest.raises(BadInput, match="appears twice"):
        reader.one('{"a": 1, "a": 2}')
    with pytest.raises(BadJson):
        reader.one('[{"a": 1, "a": 2}, NaN, oops')
    assert reader.one('{"a": 1}') == {"a": 1}


def test_equal_rows_have_one_canonical_form() -> None:
    assert canonical({"b": 1, "a": [True]}, "") == canonical({"a": [True], "b": 1}, "") == b'{"a":[true],"b":1}'
    assert canonical({"a": "\\u0000"}, "")  # six characters, not the NUL
