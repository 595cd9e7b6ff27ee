"""How a hash is cut into bands, and which changes of a band have to be looked up so that nothing within the radius is missed.

Of two hashes that differ in at most ``radius`` bits, some band differs in no more than its share, if the shares and one for each band add
up to more than the radius (multi-index hashing: Norouzi, Punjani, Fleet 2012; shares that are not the same: Qin et al. 2018). Few wide
bands make small buckets and many look-ups, many narrow ones the reverse. For radius 31: 16 bands of 16 bits with one change
each (272 look-ups) while there are few hashes; above, ten bands with two changes and one with one (2,600 to 3,000).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Rows

_FEW = 1_000_000
_MANY = 1 << 22
_WIDEST = 64


class Bands(NamedTuple):
    """The bits of each band, side by side from the lowest; bits that no band covers do no harm, as the distance is taken over all."""

    widths: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """The lowest bit of each band."""
        return tuple(sum(self.widths[:band]) for band in range(len(self.widths)))

    @property
    def places(self) -> tuple[int, ...]:
        """Where the buckets of each band begin in one table of all, and at the end how many there are."""
        return tuple(sum(1 << width for width in self.widths[:band]) for band in range(len(self.widths) + 1))

    def shares(self, radius: int) -> tuple[int, ...] | None:
        """Changes to be looked up in each band, -1 for none at all; None if more than two would be needed: compare each row then."""
        each, more = divmod(radius + 1, len(self.widths))
        found = tuple(each - (band >= more) for band in range(len(self.widths)))
        return found if max(found) <= 2 else None

    def look_ups(self, radius: int) -> int | None:
        """Buckets to be looked up for one hash; None as for ``shares``."""
        shares = self.shares(radius)
        if shares is None:
            return None
        return sum(len(changes(width, share)) for width, share in zip(self.widths, shares, strict=True))


def bands_for(hashes: int) -> Bands:
    """The cut for so many hashes."""
    if hashes <= _FEW:
        return Bands((16,) * 16)
    if hashes < _MANY:
        return Bands((hashes.bit_length() + 1,) * 11)
    return Bands((24,) * 5 + (23,) * 5 + (21,))


def keys(rows: Rows, bands: Bands) -> Any:
    """Bands x n: the bits of each band of each row."""
    np = numpy()
    made = np.empty((len(bands.widths), len(rows)), dtype=np.uint64)
    for band, (start, width) in enumerate(zip(bands.starts, bands.widths, strict=True)):
        word, shift = divmod(start, _WIDEST)
        part = rows[:, word] >> np.uint64(shift)
        if shift + width > _WIDEST:
            part = part | rows[:, word + 1] << np.uint64(_WIDEST - shift)
        np.bitwise_and(part, np.uint64((1 << width) - 1), out=made[band])
    return made


@lru_cache(maxsize=64)
def changes(width: int, flips: int) -> Any:
    """Every number of ``width`` bits with at most ``flips`` set: what a band is changed by. None for fewer than no flips."""
    np = numpy()
    bits = [
        sum(1 << bit for bit in chosen) for count in range(flips + 1) for chosen in combinations(range(width), count)
    ]
    return np.array(bits, dtype=np.int64)
