"""A bank of example texts: the nearest one to a text, without comparing it to each.

If two texts are at most ``d`` apart, then no more than ``d`` times one's hashes are not shared with the other, so in whatever order the
hashes are looked at, the first ``d * n + 1`` of both must have one in common. Taken in the order of their rarity in the bank, those
are few examples' hashes. It is enough to look up those (prefix filtering: Chaudhuri, Ganti, Kaushik 2006), and nothing near is missed.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from watchfloor.engines.nearby.shingles import distance, sketch


class Bank:
    """Example texts, ready to be asked. An index for a distance is made when it is first used."""

    def __init__(self, entries: Iterable[tuple[str, datetime | None]]) -> None:
        self._texts: list[str] = []
        self._ends: list[datetime | None] = []
        self._sketches: list[array[int]] = []
        for text, ends in entries:
            if made := sketch(text):
                self._texts.append(text)
                self._ends.append(ends)
                self._sketches.append(array("I", made))
        self._common = Counter(piece for made in self._sketches for piece in made)
        self._indexes: dict[float, dict[int, list[int]]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._texts)

    def nearest(self, text: str, within: float, at: datetime) -> tuple[str, float] | None:
        """The example nearest to ``text`` and how far it is, if that is at most ``within`` (0 to below 1); the first of equals."""
        asked = sketch(text)
        index = self._index(within)
        met: set[int] = set()
        for piece in self._rarest(asked, within):
            met.update(index.get(piece, ()))
        best: tuple[float, int] | None = None
        for place in sorted(met):
            ends = self._ends[place]
            if ends is not None and ends <= at:
                continue
            found = (distance(asked, self._sketches[place]), place)
            if found[0] <= within and (best is None or found < best):
                best = found
        return (self._texts[best[1]], best[0]) if best is not None else None

    def _rarest(self, made: Sequence[int], within: float) -> list[int]:
        """The hashes of which a text within the distance must share one; one more, for what rounding may have lost."""
        return sorted(made, key=lambda piece: (self._common.get(piece, 0), piece))[: int(within * len(made)) + 2]

    def _index(self, within: float) -> dict[int, list[int]]:
        with self._lock:
            found = self._indexes.get(within)
            if found is None:
                found = {}
                for place, made in enumerate(self._sketches):
                    for piece in self._rarest(made, within):
                        found.setdefault(piece, []).append(place)
                self._indexes[within] = found
            return found
