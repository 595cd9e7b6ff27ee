"""256-bit hashes as rows of four words: from and to hexadecimal digits, and how far two lists of them are apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from watchfloor.engines.matching.arrays import numpy
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids, Rows

DIGITS = 64
BITS = 256
WORDS = 4


def is_hash(text: str) -> bool:
    """Whether these are the 64 hexadecimal digits of a hash."""
    if len(text) != DIGITS or not text.isascii():
        return False
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return not any(letter.isspace() for letter in text)


def rows_of(digits: Iterable[str]) -> Rows:
    """n x 4 words of hashes in hexadecimal digits, the lowest bits first.

    Raises:
        BadInput: one is no hash; ``where`` is its place in the list.
    """
    np = numpy()
    raw = bytearray()
    for place, text in enumerate(digits):
        if not is_hash(text):
            raise BadInput("bad_hash", f"{text[:80]!r} is not a hash of 64 hexadecimal digits.", where=f"[{place}]")
        raw += bytes.fromhex(text)[::-1]
    made: Rows = np.frombuffer(bytes(raw), dtype="<u8").astype(np.uint64).reshape(-1, WORDS)
    return made


def digits_of(rows: Rows) -> list[str]:
    """The 64 hexadecimal digits of each row."""
    return [row.astype("<u8").tobytes()[::-1].hex() for row in rows]


def apart(left: Rows, right: Rows) -> Ids:
    """The number of bits in which rows differ, pair by pair (one side may be a single row)."""
    np = numpy()
    counts = np.bitwise_count(left ^ right)
    # Four bytes of at most 64 each, added up within one word: much quicker than a sum over an axis of four.
    word = counts.view(np.uint32).ravel()
    word = (word & 0x00FF00FF) + (word >> 8 & 0x00FF00FF)
    added: Ids = (word + (word >> 16) & 0x1FF).astype(np.int64)
    return added
