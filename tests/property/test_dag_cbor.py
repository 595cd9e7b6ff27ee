"""DAG-CBOR against an independent reader of the format and, where it is installed, against ``libipld``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.interop.atproto.domain import cbor

PLAIN = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text(max_size=300) | st.binary(max_size=300)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=30), inner, max_size=30),
    max_leaves=40,
)


def read(data: bytes, at: int = 0) -> tuple[Any, int]:
    """The value that begins here, and where it ends; only what RFC 8949 calls deterministic is let through."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[low], at
    number = low
    if low >= 24:
        size = 1 << (low - 24)
        number = int.from_bytes(data[at : at + size], "big")
        assert number >= (24 if size == 1 else 1 << (4 * size)), "not the shortest head"
        at += size
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        part = data[at : at + number]
        assert len(part) == number
        return (part if major == 2 else part.decode()), at + number
    if major == 4:
        found = []
        for _ in range(number):
            value, at = read(data, at)
            found.append(value)
        return found, at
    made: dict[str, Any] = {}
    before = b""
    for place in range(number):
        key, at = read(data, at)
        raw = key.encode()
        assert not place or (len(before), before) < (len(raw), raw), "keys out of order"
        before = raw
        made[key], at = read(data, at)
    return made, at


@given(VALUES)
def test_it_reads_back_and_is_the_only_way_to_write_it(value: Any) -> None:
    data = cbor.encoded(value)
    assert read(data) == (value, len(data))


@given(VALUES)
def test_it_is_what_others_write(value: Any) -> None:
    libipld = pytest.importorskip("libipld", reason="pip install libipld")
    assert cbor.encoded(value) == libipld.encode_dag_cbor(value)


def test_what_has_no_place_in_a_label_is_refused() -> None:
    for wrong in (1.5, {1: "a"}, {"a": {1.0}}, object()):
        with pytest.raises(TypeError):
            cbor.encoded(wrong)  # type: ignore[arg-type]
    for beyond in (2**64, -(2**64) - 1):
        with pytest.raises(ValueError, match="64 bits"):
            cbor.encoded(beyond)
