"""What lies on the disk is noise, opens only whole and only as what it was, and can be read from anywhere."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.media import Bytes

from watchfloor.items.media import sealed

KEY = bytes(range(32))
LARGE = bytes(range(256)) * 1024 * 3 + b"the end"  # three chunks and a little


def seal(data: bytes, *, key: bytes = KEY, label: str = "med/original", pieces: int = 70_000) -> bytes:
    out = BytesIO()
    writer = sealed.Writer(out, key, label)
    for at in range(0, len(data), pieces):
        writer.write(data[at : at + pieces])
    writer.finish()
    return out.getvalue()


def opened(stored: bytes, *, key: bytes = KEY, label: str = "med/original") -> sealed.Reader:
    return sealed.Reader(Bytes(stored), key, label)


@given(
    st.integers(0, len(LARGE)),
    st.integers(0, 600_000),
    st.sampled_from([1, 65_537, sealed.CHUNK, 2 * sealed.CHUNK, len(LARGE)]),
)
def test_any_range_is_what_was_written(offset: int, count: int, size: int) -> None:
    data = LARGE[:size]
    reader = opened(_stored(size))
    assert reader.size == size
    assert reader.read_at(offset, count) == data[offset : offset + count]


_kept: dict[int, bytes] = {}


def _stored(size: int) -> bytes:
    if size not in _kept:
        _kept[size] = seal(LARGE[:size])
    return _kept[size]


def test_an_empty_file_is_a_file() -> None:
    assert opened(seal(b"")).size == 0


def test_nothing_of_the_plain_bytes_is_stored() -> None:
    stored = seal(LARGE)
    assert b"the end" not in stored and bytes(range(32)) not in stored
    assert seal(b"x") != seal(b"x")  # not even that two files are the same


def test_what_was_tampered_with_is_refused() -> None:
    stored = seal(LARGE)
    whole = sealed.CHUNK + sealed.TAG
    flipped = bytearray(stored)
    flipped[sealed.HEAD + 100] ^= 1
    with pytest.raises(sealed.Damaged, match="chunk 1 of 4"):
        opened(bytes(flipped)).read_at(50, 10)
    opened(bytes(flipped)).read_at(sealed.CHUNK, 10)  # the others are genuine still
    first, second = stored[sealed.HEAD : sealed.HEAD + whole], stored[sealed.HEAD + whole : sealed.HEAD + 2 * whole]
    swapped = stored[: sealed.HEAD] + second + first + stored[sealed.HEAD + 2 * whole :]
    with pytest.raises(sealed.Damaged):
        opened(swapped).read_at(0, 1)
    for cut in (stored[: sealed.HEAD + 2 * whole], stored[:-1], stored[: sealed.HEAD], stored[:10], b""):
        with pytest.raises(sealed.Damaged):
            opened(cut)
    with pytest.raises(sealed.Damaged):
        opened(stored + b"\0" * 20)


def test_a_file_opens_under_its_own_key_and_name_alone() -> None:
    stored = seal(b"secret")
    with pytest.raises(sealed.Damaged):
        opened(stored, key=sealed.new_key())
    with pytest.raises(sealed.Damaged):
        opened(stored, label="med/small")


def test_a_data_key_is_bound_to_its_medium_and_installation() -> None:
    master, other = sealed.installation_key("one"), sealed.installation_key("two")
    wrapped = sealed.wrap(master, KEY, "med-1")
    assert sealed.unwrap(master, wrapped, "med-1") == KEY
    assert KEY not in wrapped
    for key, text, label in [
        (other, wrapped, "med-1"),
        (master, wrapped, "med-2"),
        (master, wrapped[:-1], "med-1"),
        (master, b"", ""),
    ]:
        with pytest.raises(sealed.Damaged):
            sealed.unwrap(key, text, label)
