"""What an index holds at one moment: segments, and a short tail of the newest hashes that is compared row by row.

Changes come as records (``journal``): of each id the last one counts. A full tail becomes a segment, and segments of about one size are
merged, so that a million additions one by one leave few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index.scan import scan
from watchfloor.engines.matching.index.segment import Segment, build

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids, Rows

TAIL = 8_192


class Matches(NamedTuple):
    """Pairs within the radius, as three arrays of one length, by question, then distance, then id."""

    question: Ids
    id: Ids
    distance: Ids


class _Tail:
    """The newest hashes, in the order in which they came. ``filled`` grows last, so who asks meanwhile sees whole rows."""

    def __init__(self) -> None:
        np = numpy()
        self.rows = np.zeros((TAIL, 4), dtype=np.uint64)
        self.ids = np.zeros(TAIL, dtype=np.int64)
        self.dead = np.zeros(TAIL, dtype=bool)
        self.places: dict[int, int] = {}
        self.filled = 0

    def append(self, ids: Ids, rows: Rows) -> None:
        high = self.filled + len(ids)
        self.rows[self.filled : high], self.ids[self.filled : high] = rows, ids
        self.places.update(zip(ids.tolist(), range(self.filled, high), strict=True))
        self.filled = high

    def forget(self, ids: Ids) -> None:
        if self.places:
            for each in ids.tolist():
                place = self.places.pop(each, None)
                if place is not None:
                    self.dead[place] = True

    def living(self) -> tuple[Ids, Rows]:
        alive = ~self.dead[: self.filled]
        return self.ids[: self.filled][alive], self.rows[: self.filled][alive]

    def search(self, asked: Rows, radius: int) -> tuple[Ids, Ids, Ids]:
        question, position, distance = scan(self.rows[: self.filled], asked, radius)
        alive = ~self.dead[position]
        return question[alive], self.ids[position[alive]], distance[alive]


class State:
    """The living hashes. One thread changes it at a time; any number may ask meanwhile."""

    def __init__(self, segments: list[Segment] | None = None) -> None:
        self._kept = len(segments or [])  # those given are left as they are
        self._now = (segments or [], _Tail())  # replaced as one, so that nobody sees half of a change

    def __len__(self) -> int:
        segments, tail = self._now
        return sum(len(each.ids) - int(each.dead.sum()) for each in segments) + len(tail.places)

    def holds(self, ids: Ids) -> Any:
        """Which of these ids are alive."""
        np = numpy()
        segments, tail = self._now
        found = np.array([each in tail.places for each in ids.tolist()], dtype=bool)
        for segment in segments:
            place, there = _places(segment, ids)
            found[there] |= ~segment.dead[place[there]]
        return found

    def apply(self, records: Any) -> None:
        """Take in records: whatever is known of their ids goes, and of each id whose last record adds it, that hash comes."""
        np = numpy()
        if not len(records):
            return
        # The last record of each id: unique() gives the first, so look from the end.
        ids, last = np.unique(records["id"][::-1], return_index=True)
        latest = records[::-1][last]
        segments, tail = self._now
        for segment in segments:
            place, there = _places(segment, ids)
            segment.dead[place[there]] = True
        tail.forget(ids)
        latest = latest[latest["add"] == 1]
        if not len(latest):
            return
        added, rows = latest["id"].astype(np.int64), latest["row"].astype(np.uint64)
        if tail.filled + len(added) <= TAIL:
            tail.append(added, rows)
        else:
            self._seal(added, rows)

    def _seal(self, ids: Ids, rows: Rows) -> None:
        """The tail and these rows become a segment; those in memory of up to twice its size are merged into it."""
        np = numpy()
        segments, tail = self._now
        parts = [tail.living(), (ids, rows)]
        size = sum(len(each) for each, _ in parts)
        left = list(segments)
        while len(left) > self._kept and len(left[-1].ids) <= 2 * size:
            old = left.pop()
            parts.append((old.ids[~old.dead], old.rows[~old.dead]))
            size += len(parts[-1][0])
        made = build(np.concatenate([each for each, _ in parts]), np.concatenate([each for _, each in parts]))
        self._now = ([*left, made], _Tail())

    def living(self) -> tuple[Ids, Rows]:
        """All ids and rows."""
        np = numpy()
        segments, tail = self._now
        parts = [(each.ids[~each.dead], each.rows[~each.dead]) for each in segments] + [tail.living()]
        return np.concatenate([each for each, _ in parts]), np.concatenate([each for _, each in parts])

    def search(self, asked: Rows, radius: int) -> Matches:
        """Every living hash within ``radius`` bits of each question."""
        np = numpy()
        segments, tail = self._now
        found = [tail.search(asked, radius)]
        for segment in segments:
            question, position, distance = segment.search(asked, radius)
            found.append((question, segment.ids.take(position), distance))
        question, named, distance = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((named, distance, question))
        return Matches(question[order], named[order], distance[order])


def _places(segment: Segment, ids: Ids) -> tuple[Any, Any]:
    """Where these ids would stand in a segment, and whether they do."""
    np = numpy()
    place = np.searchsorted(segment.ids, ids)
    place[place == len(segment.ids)] = 0
    there = segment.ids[place] == ids if len(segment.ids) else np.zeros(len(ids), dtype=bool)
    return place, there
