"""TLSH: 70 hexadecimal digits of a long text (or any bytes) of which near-duplicates have nearly all, however long the text is.

The format is that of other tools ("T1": 128 buckets, one byte of checksum), so fingerprints can be exchanged: Oliver, Cheng, Chen 2013,
"TLSH - A Locality Sensitive Hash"; Pearson 1990 for the permutation. Six triplets of each five bytes in a row are counted in buckets; of
each bucket it is kept in which quarter of all its count lies. Of a text of a thousand characters and more that says something about the
whole; a shorter one is better compared by its pieces (``shingles``).
"""

from __future__ import annotations

import math
from collections import Counter

from watchfloor.engines.nearby.reading import read

LONG = 1_000
"""Characters of the normal form from which a text has such a fingerprint."""

NEAR = 70
"""Two texts so far apart or less are near-duplicates (Oliver et al.: below 70 hardly one pair of strangers in a hundred)."""

_PERMUTED = bytes.fromhex(
    "01 57 31 0c b0 b2 66 a6 79 c1 06 54 f9 e6 2c a3 0e c5 d5 b5 a1 55 da 50 40 ef 18 e2 ec 8e 26 c8 6e b1 68 67 8d fd ff 32 4d 65 51 12"
    "2d 60 1f de 19 6b be 46 56 ed f0 22 48 f2 14 d6 f4 e3 95 eb 61 ea 39 16 3c fa 52 af d0 05 7f c7 6f 3e 87 f8 ae a9 d3 3a 42 9a 6a c3"
    "f5 ab 11 bb b6 b3 00 f3 84 38 94 4b 80 85 9e 64 82 7e 5b 0d 99 f6 d8 db 77 44 df 4e 53 58 c9 63 7a 0b 5c 20 88 72 34 0a 8a 1e 30 b7"
    "9c 23 3d 1a 8f 4a fb 5e 81 a2 3f 98 aa 07 73 a7 f1 ce 03 96 37 3b 97 dc 5a 35 17 83 7d ad 0f ee 4f 5f 59 10 69 89 e1 e0 d9 a0 25 7b"
    "76 49 02 9d 2e 74 09 91 86 e4 cf d4 ca d7 45 e5 1b bc 43 7c a8 fc 2a 04 1d 6c 15 f7 13 cd 27 cb e9 28 ba 93 c6 c0 9b 21 a4 bf 62 cc"
    "a5 b4 75 4c 8c 24 d2 ac 29 36 9f 08 b9 e8 71 c4 e7 2f 92 78 33 41 1c 90 fe dd 5d bd c2 8b 70 2b 47 6d b8 d1"
)
# Salt, and how many bytes before the newest the other two of a triplet stand.
_TRIPLETS = ((2, 1, 2), (3, 1, 3), (5, 2, 3), (7, 2, 4), (11, 1, 4), (13, 3, 4))
_WINDOW = 5
_SHORTEST = 50  # bytes
_BUCKETS = 128
_BYTES = 3 + _BUCKETS // 4
_VERSION = "T1"


def of_text(text: str) -> str | None:
    """The fingerprint of what a long text says, read as everywhere here; None for one of fewer than ``LONG`` characters."""
    words = read([text]).words[0]
    return digest(words.encode("utf-8", "replace")) if len(words) >= LONG else None


def digest(data: bytes) -> str | None:
    """ "T1" and 70 digits; None for fewer than 50 bytes, or bytes of which too few triplets differ."""
    if len(data) < _SHORTEST:
        return None
    counted: Counter[int] = Counter()
    for salt, near, far in _TRIPLETS:
        counted.update(_mapped(_mapped(_salted(data, salt), data, near), data, far))
    counts = [counted[bucket] for bucket in range(_BUCKETS)]
    if sum(count > 0 for count in counts) <= _BUCKETS // 2:
        return None
    ordered = sorted(counts)
    quarters = [ordered[_BUCKETS * part // 4 - 1] for part in (1, 2, 3)]
    head = [
        _checksum(data),
        _length(len(data)),
        quarters[0] * 100 // quarters[2] % 16 | quarters[1] * 100 // quarters[2] % 16 << 4,
    ]
    body = [
        sum(
            sum(count > each for each in quarters) << 2 * place for place, count in enumerate(counts[first : first + 4])
        )
        for first in range(0, _BUCKETS, 4)
    ]
    return _VERSION + bytes([*(each >> 4 | each << 4 & 0xF0 for each in head), *reversed(body)]).hex().upper()


def apart(left: str, right: str) -> int | None:
    """How far two fingerprints are apart: 0 for the same, some 300 for strangers. None if one is no fingerprint of this kind."""
    one, other = _read(left), _read(right)
    if one is None or other is None:
        return None
    total = int(one[0] != other[0])
    length = _around(_swapped(one[1]), _swapped(other[1]), 256)
    total += length if length <= 1 else length * 12
    for shift in (0, 4):
        ratio = _around(one[2] >> shift & 15, other[2] >> shift & 15, 16)
        total += ratio if ratio <= 1 else (ratio - 1) * 12
    for here, there in zip(one[3:], other[3:], strict=True):
        for shift in (0, 2, 4, 6):
            far = abs((here >> shift & 3) - (there >> shift & 3))
            total += 6 if far == 3 else far
    return total


def _salted(data: bytes, salt: int) -> bytes:
    """The first step of the hash of each triplet, by its newest byte; only bytes with four before them are newest ones."""
    begin = _PERMUTED[salt]
    return data[_WINDOW - 1 :].translate(bytes([_PERMUTED[begin ^ byte] for byte in range(256)]))


def _mapped(so_far: bytes, data: bytes, before: int) -> bytes:
    """One more step for all of them: with the byte that stands so many before."""
    first = _WINDOW - 1 - before
    both = int.from_bytes(so_far, "big") ^ int.from_bytes(data[first : first + len(so_far)], "big")
    return both.to_bytes(len(so_far), "big").translate(_PERMUTED)


def _checksum(data: bytes) -> int:
    total = 0
    for each in _mapped(_salted(data, 0), data, 1):
        total = _PERMUTED[each ^ total]
    return total


def _length(size: int) -> int:
    """The logarithm of the length, in finer steps for longer ones."""
    if size <= 656:
        steps = math.log(size) / math.log(1.5)
    elif size <= 3_199:
        steps = math.log(size) / math.log(1.3) - 8.72777
    else:
        steps = math.log(size) / math.log(1.1) - 62.5472
    return int(steps) & 0xFF


def _read(text: str) -> bytes | None:
    digits = text.removeprefix(_VERSION)
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return None
    return raw if len(raw) == _BYTES and len(digits) == 2 * _BYTES else None


def _swapped(byte: int) -> int:
    return byte >> 4 | byte << 4 & 0xF0


def _around(left: int, right: int, size: int) -> int:
    far = abs(left - right)
    return min(far, size - far)
