"""How a hash is cut into bands, and which changes of a band have to be looked up so that nothing within the radius is missed.

Of two hashes that differ in at most ``radius`` bits, one of ``b`` bands differs in at most ``radius // b`` (multi-index hashing: Norouzi,
Punjani, Fleet 2012). Few wide bands make small buckets and many look-ups, many narrow ones the reverse. For radius 31: 16 bands of 16 bits
with one change (272 look-ups) while there are few hashes, 11 bands of 22 or 23 bits with two changes (about 3,000)
above. Bits that no band covers do no harm: the distance is always taken over all 256.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Rows

_FEW = 500_000
_WIDEST = 23  # 11 x 23 of 256 bits


class Bands(NamedTuple):
    """So many bands of so many bits each."""

    number: int
    width: int

    @property
    def buckets(self) -> int:
        """Of each band."""
        return 1 << self.width

    def look_ups(self, radius: int) -> int | None:
        """Buckets to be looked up for one hash; None if more than two changes a band would be needed: compare each row then."""
        flips = radius // self.number
        return self.number * len(changes(self.width, flips)) if 0 <= flips <= 2 else None


def bands_for(hashes: int) -> Bands:
    """The cut for so many hashes."""
    if hashes <= _FEW:
        return Bands(16, 16)
    return Bands(11, min(_WIDEST, hashes.bit_length() + 3))


def keys(rows: Rows, bands: Bands) -> Any:
    """Bands x n: the bits of each band of each row."""
    np = numpy()
    made = np.empty((bands.number, len(rows)), dtype=np.uint64)
    mask = np.uint64(bands.buckets - 1)
    for band in range(bands.number):
        word, shift = divmod(band * bands.width, 64)
        part = rows[:, word] >> np.uint64(shift)
        if shift + bands.width > 64:
            part = part | rows[:, word + 1] << np.uint64(64 - shift)
        np.bitwise_and(part, mask, out=made[band])
    return made


@lru_cache(maxsize=64)
def changes(width: int, flips: int) -> Any:
    """Every number of ``width`` bits with at most ``flips`` set: what a band is changed by."""
    np = numpy()
    bits = [
        sum(1 << bit for bit in chosen) for count in range(flips + 1) for chosen in combinations(range(width), count)
    ]
    return np.array(bits, dtype=np.int64)
