"""The fast path writes the bytes of RFC 8785, or is not taken."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.canonical import _plain, canonical

TEXT = st.text(st.characters(codec="utf-8"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
ANY = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=25,
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(PLAIN)
def test_plain_values_take_the_fast_path_and_give_the_same_bytes(value: Any) -> None:
    assert _plain(value)
    assert canonical(value) == rfc8785.dumps(value)


@given(ANY)
def test_any_value_gives_the_bytes_of_the_general_implementation_and_reads_back(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value), parse_int=float) == value


def test_the_example_of_the_rfc() -> None:
    """RFC 8785, section 3.2.2 (input) and 3.2.3 (sorted output)."""
    value = json.loads(
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "\u20ac$\u000F\u000aA'
        r"'"
        r'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
    )
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value).decode() == expected


def test_keys_are_ordered_by_utf16_code_units() -> None:
    """RFC 8785, section 3.2.3: the emoji's first code unit (D83D) comes before U+FB33, its code point after."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == expected


class Colour(str, enum.Enum):  # noqa: UP042  a str subclass is the point
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        "\ud800",
        {"a": ["\udfff"]},
        {1: "a"},
        b"bytes",
        {"a": {1, 2}},
        pytest.param(object(), id="object"),
    ],
    ids=repr,
)
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(BadInput, match="no canonical JSON form"):
        canonical(value)


def test_a_bottomless_value_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(BadInput, match="nested too deeply"):
        canonical(value)


def test_subclasses_go_the_general_way() -> None:
    assert canonical({"colour": Colour.RED}) == b'{"colour":"red"}'
    assert canonical([True, 1, 1.0]) == b"[true,1,1]"
