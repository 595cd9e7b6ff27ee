"""A bank of example texts: the nearest one to a text, without comparing it to each.

If two texts are at most ``d`` apart, then of the hashes that decide it no more than ``d * SKETCH`` of either text's own are not shared,
so its first shared one stands among its first ``d * SKETCH + 1``. It is enough to look up those (prefix filtering: Chaudhuri, Ganti,
Kaushik 2006), and nothing near is missed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime

from watchfloor.engines.nearby.shingles import SKETCH, distance, sketch


class Bank:
    """Example texts, ready to be asked. An index for a distance is made when it is first used."""

    def __init__(self, entries: Iterable[tuple[str, datetime | None]]) -> None:
        self._texts: list[str] = []
        self._ends: list[datetime | None] = []
        self._sketches: list[tuple[int, ...]] = []
        for text, ends in entries:
            if made := sketch(text):
                self._texts.append(text)
                self._ends.append(ends)
                self._sketches.append(made)
        self._indexes: dict[int, dict[int, list[int]]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._texts)

    def nearest(self, text: str, within: float, at: datetime) -> tuple[str, float] | None:
        """The example nearest to ``text`` and how far it is, if that is at most ``within`` (0 to below 1); the first of equals."""
        asked = sketch(text)
        prefix = int(within * SKETCH) + 2  # one more, for what rounding may have lost
        index = self._index(prefix)
        met: set[int] = set()
        for piece in asked[:prefix]:
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

    def _index(self, prefix: int) -> dict[int, list[int]]:
        with self._lock:
            found = self._indexes.get(prefix)
            if found is None:
                found = {}
                for place, made in enumerate(self._sketches):
                    for piece in made[:prefix]:
                        found.setdefault(piece, []).append(place)
                self._indexes[prefix] = found
            return found
