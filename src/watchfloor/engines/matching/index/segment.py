"""Hashes that do not change any more, with their buckets: four arrays that can be mapped from files, so that processes share one copy.

``offsets`` and ``entries`` hold all bands behind one another: bucket ``k`` of band ``b`` is
``entries[offsets[b * buckets + k] : offsets[b * buckets + k + 1]]``, positions in ``rows``. A bucket is one run of memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.hashes import apart
from watchfloor.engines.matching.index.bands import Bands, bands_for, changes, keys
from watchfloor.engines.matching.index.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchfloor.engines.matching.arrays import Ids, Rows

_TOGETHER = 24  # questions looked up at once: their buckets' addresses stay in the processor's cache
_AT_ONCE = 1 << 20  # candidates compared at once
_DEAR = 8  # a candidate costs about so many times what a row costs that is read in order


class Segment(NamedTuple):
    """Rows in the order of their ids, and their buckets. ``dead`` marks those taken away since; it alone changes."""

    rows: Rows
    ids: Ids
    offsets: Any
    entries: Any
    bands: Bands
    dead: Any

    def search(self, asked: Rows, radius: int) -> tuple[Ids, Ids, Ids]:
        """(question, position, distance) of every living row within ``radius`` bits of a question, each once, in no order."""
        np = numpy()
        found = list(self._found(asked, radius))
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        question, position, distance = (np.concatenate(part) for part in zip(*found, strict=True))
        alive = ~self.dead[position]
        return question[alive], position[alive], distance[alive]

    def _found(self, asked: Rows, radius: int) -> Iterator[tuple[Ids, Ids, Ids]]:
        look_ups = self.bands.look_ups(radius)
        if look_ups is None or look_ups * 4 > len(self.rows):
            yield scan(self.rows, asked, radius)
            return
        for first in range(0, len(asked), _TOGETHER):
            for question, position, distance in self._look_up(asked[first : first + _TOGETHER], radius):
                yield question + first, position, distance

    def _look_up(self, asked: Rows, radius: int) -> Iterator[tuple[Ids, Ids, Ids]]:
        np = numpy()
        bands = self.bands
        turned = keys(asked, bands).T.astype(np.int64) + np.arange(bands.number) * bands.buckets  # questions x bands
        places = (turned[:, :, None] ^ changes(bands.width, radius // bands.number)).reshape(len(asked), -1)
        starts = self.offsets.take(places)
        places += 1
        counts = self.offsets.take(places) - starts
        totals = counts.sum(axis=1, dtype=np.int64)
        dear = totals > len(self.rows) // _DEAR
        if dear.any():  # buckets that very many share: reading everything once in order is cheaper, and as exact
            chosen = np.flatnonzero(dear)
            question, position, distance = scan(self.rows, asked[chosen], radius)
            yield chosen[question], position, distance
            counts[chosen] = 0
            totals[chosen] = 0
        for low, high in _groups(totals.tolist()):
            yield self._compare(asked, low, starts[low:high], counts[low:high], radius)

    def _compare(self, asked: Rows, first: int, starts: Any, counts: Any, radius: int) -> tuple[Ids, Ids, Ids]:
        """The distance of all candidates of some questions; what lies within is kept once."""
        np = numpy()
        width = starts.shape[1]
        used = np.flatnonzero(counts)
        many = counts.ravel().take(used).astype(np.int64)
        run = np.repeat(starts.ravel().take(used).astype(np.int64) - (np.cumsum(many) - many), many)
        run += np.arange(len(run))
        position = self.entries.take(run)
        question = np.repeat(used // width + first, many)
        distance = apart(self.rows.take(position, axis=0), asked.take(question, axis=0))
        near = np.flatnonzero(distance <= radius)
        pairs, where = np.unique(question[near] * len(self.rows) + position[near], return_index=True)
        return pairs // len(self.rows), pairs % len(self.rows), distance[near][where]


def build(ids: Ids, rows: Rows) -> Segment:
    """A segment in memory of rows with different ids, in any order."""
    np = numpy()
    order = np.argsort(ids, kind="stable")
    ids, rows = np.ascontiguousarray(ids[order]), np.ascontiguousarray(rows[order])
    bands = bands_for(len(rows))
    size = len(rows)
    offsets = np.zeros(bands.number * bands.buckets + 1, dtype=np.uint32)
    entries = np.empty(bands.number * size, dtype=np.uint32)
    positions = np.arange(size, dtype=np.uint64)
    for band, key in enumerate(keys(rows, bands)):
        # Key and position in one word: sorting numbers is several times quicker than finding an order.
        both = key << np.uint64(32) | positions
        both.sort()
        entries[band * size : (band + 1) * size] = both & np.uint64(0xFFFFFFFF)
        ends = np.cumsum(np.bincount((both >> np.uint64(32)).astype(np.int64), minlength=bands.buckets)) + band * size
        offsets[band * bands.buckets + 1 : (band + 1) * bands.buckets + 1] = ends
    return Segment(rows, ids, offsets, entries, bands, np.zeros(size, dtype=bool))


_PARTS = ("rows", "ids", "offsets", "entries")


def save(segment: Segment, folder: Path) -> None:
    """Write the arrays into a new folder, and wait until the disk has them."""
    import os

    np = numpy()
    folder.mkdir(parents=True)
    for name in _PARTS:
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, getattr(segment, name), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())


def load(folder: Path) -> Segment:
    """Map the arrays of a folder; nothing is read until it is asked for."""
    np = numpy()
    rows, ids, offsets, entries = (
        np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _PARTS
    )
    return Segment(rows, ids, offsets, entries, bands_for(len(rows)), np.zeros(len(rows), dtype=bool))


def _groups(totals: list[int]) -> Iterator[tuple[int, int]]:
    """Questions in groups that have no more candidates together than are compared at once (a single one may have more)."""
    low = have = 0
    for place, total in enumerate(totals):
        if have and have + total > _AT_ONCE:
            yield low, place
            low, have = place, 0
        have += total
    if have:
        yield low, len(totals)
