"""PDQ's way from any picture to 64 x 64 as one small matrix per side: two box filters and a decimation are linear and separable.

The reference slides a box of ``(side + 127) // 128`` pixels over each row and column, twice, and keeps every ``side / 64``-th value.
What becomes of one line of pixels is therefore a 64 x side matrix in which each row is zero but for about two boxes' width. It is made
once per side. Rows are applied in groups of eight, which leaves out most of the zeros. Nothing is approximated. Products are kept so small
that the linear algebra library does each in this thread: its threads would wait for one another longer than they work.
Source of the method: "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm", Facebook 2019.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watchfloor.engines.matching.arrays import numpy

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Grey, Small

SIDE = 64
_GROUP = 8  # rows of the matrix that are applied together
_SMALL = 200_000  # multiplications of one product; OpenBLAS calls its threads from 4 * 65,536


@lru_cache(maxsize=256)
def shrinking(side: int) -> Any:
    """The 64 x ``side`` matrix, single precision."""
    np = numpy()
    box = (side + 127) // 128
    after = (box + 2) // 2 - 1  # pixels of the box behind the place; the others lie before it
    before = box - 1 - after
    places = np.arange(side)
    low, high = np.maximum(places - before, 0), np.minimum(places + after, side - 1) + 1
    kept = ((np.arange(SIDE) + 0.5) * side / SIDE).astype(np.int64)
    made = np.zeros((SIDE, side))
    for row, place in enumerate(kept):
        for inner in range(low[place], high[place]):  # the second pass at this place, of the first pass's values
            made[row, low[inner] : high[inner]] += 1.0 / ((high[place] - low[place]) * (high[inner] - low[inner]))
    return made.astype(np.float32)


@lru_cache(maxsize=256)
def _groups(side: int) -> list[tuple[int, int, int, Any]]:
    """(first row, first pixel, pixel after the last, part of the matrix) of each group of rows."""
    np = numpy()
    whole = shrinking(side)
    found = []
    for first in range(0, SIDE, _GROUP):
        part = whole[first : first + _GROUP]
        used = np.flatnonzero(part.any(axis=0))
        low, high = int(used[0]), int(used[-1]) + 1
        found.append((first, low, high, np.ascontiguousarray(part[:, low:high])))
    return found


def shrink(grey: Grey) -> Small:
    """64 x 64 of a grey picture (height x width, 0 to 255)."""
    np = numpy()
    height, width = grey.shape
    tall = np.empty((SIDE, width), dtype=np.float32)
    for first, low, high, part in _groups(height):
        band = grey[low:high].astype(np.float32)
        step = max(1, _SMALL // part.size)
        for left in range(0, width, step):
            np.matmul(part, band[:, left : left + step], out=tall[first : first + _GROUP, left : left + step])
    made: Small = np.empty((SIDE, SIDE), dtype=np.float32)
    step = _SMALL // SIDE // _GROUP
    for first, low, high, part in _groups(width):
        total = tall[:, low : min(low + step, high)] @ part[:, :step].T
        for left in range(step, high - low, step):  # very wide pictures only
            total += tall[:, low + left : min(low + left + step, high)] @ part[:, left : left + step].T
        made[:, first : first + _GROUP] = total
    return made
