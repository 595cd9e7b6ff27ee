"""Hashes that do not change any more, with their buckets: arrays that can be mapped from files, so that processes share one copy.

``table`` has a word for each bucket of each band: 0 for an empty one, else how many hashes it has (lowest eight bits) and where among
the band's ``entries`` they begin (the rest), so one look into memory tells both. ``entries`` are positions in ``rows``; a bucket is one
run. Of a bucket with 255 and more the count stands in ``crowded``.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.hashes import apart
from watchfloor.engines.matching.index.bands import Bands, bands_for, changes, keys
from watchfloor.engines.matching.index.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchfloor.engines.matching.arrays import Ids, Rows

_TOGETHER = 16  # questions looked up at once: their buckets' addresses stay in the processor's cache
_AT_ONCE = 1 << 20  # candidates compared at once
_DEAR = 8  # a candidate costs about so many times what a row costs that is read in order
_MANY = 255
COMPILED = 100_000  # rows from which the compiled look-up is worth bringing in
PATIENT = 256  # questions from which who asks waits until it is there; fewer are answered with arrays meanwhile


class Segment(NamedTuple):
    """Rows in the order of their ids, and their buckets. ``dead`` marks those taken away since; it alone changes."""

    rows: Rows
    ids: Ids
    table: Any
    entries: Any
    crowded: Any  # k x 2: place in the table, count
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
        if len(self.rows) >= COMPILED and (quick := _quick(self, wait=len(asked) >= PATIENT)) is not None:
            yield from self._look_up_compiled(quick, asked, radius)
            return
        for first in range(0, len(asked), _TOGETHER):
            for question, position, distance in self._look_up(asked[first : first + _TOGETHER], radius):
                yield question + first, position, distance

    def _changes(self, radius: int) -> list[Any]:
        shares = self.bands.shares(radius) or ()
        return [changes(width, share) for width, share in zip(self.bands.widths, shares, strict=True)]

    def _look_up_compiled(self, quick: Any, asked: Rows, radius: int) -> Iterator[tuple[Ids, Ids, Ids]]:
        np = numpy()
        changed = self._changes(radius)
        arrays = (self.rows, self.table, self.entries, self.crowded, asked, keys(asked, self.bands).astype(np.int64))
        steps = (np.array(self.bands.places), np.concatenate(changed), np.cumsum([len(each) for each in changed]))
        found, dear = quick.look_up(*(_fixed(each) for each in (*arrays, *steps)), radius, len(self.rows) // _DEAR)
        if dear.any():
            chosen = np.flatnonzero(dear)
            question, position, distance = scan(self.rows, asked[chosen], radius)
            yield chosen[question], position, distance
            found = found[~dear[found[:, 0]]]
        yield self._once(found[:, 0], found[:, 1], found[:, 2])

    def _once(self, question: Ids, position: Ids, distance: Ids) -> tuple[Ids, Ids, Ids]:
        """Pairs that several bands found, once."""
        np = numpy()
        pairs, where = np.unique(question * len(self.rows) + position, return_index=True)
        return pairs // len(self.rows), pairs % len(self.rows), distance[where]

    def _look_up(self, asked: Rows, radius: int) -> Iterator[tuple[Ids, Ids, Ids]]:
        np = numpy()
        changed = self._changes(radius)
        turned = keys(asked, self.bands).astype(np.int64)
        begins = self.bands.places
        by_band = [turned[band][:, None] ^ each[None] + begins[band] for band, each in enumerate(changed)]
        places = np.concatenate(by_band, axis=1)  # questions x look-ups
        band_of = np.repeat(np.arange(len(changed)), [len(each) for each in changed])
        buckets = self.table.take(places.ravel())
        used = np.flatnonzero(buckets)
        buckets = buckets.take(used)
        counts = (buckets & _MANY).astype(np.int64)
        if len(self.crowded):
            full = np.flatnonzero(counts == _MANY)
            where = np.searchsorted(self.crowded[:, 0], places.ravel().take(used.take(full)))
            counts[full] = self.crowded[where, 1]
        question = used // len(band_of)
        starts = (buckets >> 8).astype(np.int64) + band_of.take(used - question * len(band_of)) * len(self.rows)
        totals = np.bincount(question, weights=counts, minlength=len(asked))
        dear = totals > len(self.rows) / _DEAR
        if dear.any():  # buckets that very many share: reading everything once in order is cheaper, and as exact
            chosen = np.flatnonzero(dear)
            number, position, distance = scan(self.rows, asked[chosen], radius)
            yield chosen[number], position, distance
            kept = np.flatnonzero(~dear[question])
            starts, counts, question = starts[kept], counts[kept], question[kept]
            totals[chosen] = 0
        for low, high in _groups(totals.tolist()):
            first, last = np.searchsorted(question, [low, high])
            yield self._compare(asked, question[first:last], starts[first:last], counts[first:last], radius)

    def _compare(self, asked: Rows, question: Ids, starts: Ids, counts: Ids, radius: int) -> tuple[Ids, Ids, Ids]:
        """The distance of the hashes of some buckets to their questions; what lies within is kept once."""
        np = numpy()
        ends = np.cumsum(counts)
        run = np.repeat(starts - (ends - counts), counts)
        run += np.arange(len(run))
        position = self.entries.take(run)
        question = np.repeat(question, counts)
        # Half of each hash first: of strangers hardly one in a million gets past it, and it is half of the memory.
        halves = self.rows.reshape(-1).view("V16").take(position.astype(np.int64) << 1).view(np.uint64).reshape(-1, 2)
        halves ^= np.ascontiguousarray(asked[:, :2]).take(question, axis=0)
        bits = np.bitwise_count(halves).view(np.uint16).ravel()
        near = np.flatnonzero((bits + (bits >> 8) & 0xFF) <= radius)
        position, question = position.take(near).astype(np.int64), question.take(near)
        distance = apart(self.rows.take(position, axis=0), asked.take(question, axis=0))
        near = np.flatnonzero(distance <= radius)
        return self._once(question[near], position[near], distance[near])


def build(ids: Ids, rows: Rows) -> Segment:
    """A segment in memory of rows with different ids, in any order."""
    np = numpy()
    order = np.argsort(ids, kind="stable")
    ids, rows = np.ascontiguousarray(ids[order]), np.ascontiguousarray(rows[order])
    bands = bands_for(len(rows))
    size = len(rows)
    table = np.zeros(bands.places[-1], dtype=np.uint32 if size < 1 << 24 else np.uint64)
    entries = np.empty(len(bands.widths) * size, dtype=np.uint32)
    crowded = []
    positions = np.arange(size, dtype=np.uint64)
    for band, key in enumerate(keys(rows, bands)):
        # Key and position in one word: sorting numbers is several times quicker than finding an order.
        both = key << np.uint64(32) | positions
        both.sort()
        entries[band * size : (band + 1) * size] = both & np.uint64(0xFFFFFFFF)
        key = (both >> np.uint64(32)).astype(np.int64)
        begins = np.flatnonzero(np.diff(key, prepend=-1))
        counts = np.diff(begins, append=size)
        used = key[begins] + bands.places[band]
        table[used] = begins << 8 | np.minimum(counts, _MANY)
        full = counts >= _MANY
        crowded.append(np.stack([used[full], counts[full]], axis=1))
    return Segment(rows, ids, table, entries, np.concatenate(crowded), bands, np.zeros(size, dtype=bool))


_PARTS = ("rows", "ids", "table", "entries", "crowded")


def save(segment: Segment, folder: Path) -> None:
    """Write the arrays into a new folder, and wait until the disk has them."""
    np = numpy()
    folder.mkdir(parents=True)
    for name, array in [
        ("widths", np.array(segment.bands.widths)),
        *((name, getattr(segment, name)) for name in _PARTS),
    ]:
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())


def load(folder: Path) -> Segment:
    """Map the arrays of a folder; nothing is read until it is asked for."""
    np = numpy()
    mapped = (np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _PARTS)
    rows, ids, table, entries, crowded = (each.view(np.ndarray) for each in mapped)
    try:
        bands = Bands(tuple(np.load(folder / "widths.npy").tolist()))
    except FileNotFoundError:  # written before the cut was part of a segment
        return build(ids, rows)
    return Segment(rows, ids, table, entries, crowded, bands, np.zeros(len(rows), dtype=bool))


_ready: dict[str, Any] = {}  # the compiled look-up by the kind of table; None where there is none to be had
_coming: dict[str, threading.Thread] = {}
_one = threading.Lock()


def _quick(segment: Segment, *, wait: bool) -> Any:
    """The compiled look-up, once it is there: the compiler takes seconds, so a thread of its own calls it."""
    kind = segment.table.dtype.str
    if kind in _ready:
        return _ready[kind]
    with _one:
        thread = _coming.get(kind)
        if thread is None or (
            not thread.is_alive() and kind not in _ready
        ):  # who was forked has notes of a thread it has not
            thread = _coming[kind] = threading.Thread(target=_bring, args=(segment, kind), name="compile-look-up")
            thread.start()
    if wait:
        thread.join()
    return _ready.get(kind)


def _bring(segment: Segment, kind: str) -> None:
    """Compile for this kind of table by asking once; None where numba is not installed or finds no place for what it compiles."""
    np = numpy()
    try:
        from watchfloor.engines.matching.index import compiled

        list(segment._look_up_compiled(compiled, np.zeros((1, 4), dtype=np.uint64), 0))
    except Exception:  # whatever is wrong with it: the way without it is as exact
        _ready[kind] = None
    else:
        _ready[kind] = compiled


def _fixed(array: Any) -> Any:
    """The array for reading only: mapped and made ones are of one type then, and compiled for once."""
    seen = numpy().ascontiguousarray(array).view()
    seen.flags.writeable = False
    return seen


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
