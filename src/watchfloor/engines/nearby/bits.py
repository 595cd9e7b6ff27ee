"""Hashes by the number of bits they differ in: the nearest one within a distance, without comparing each.

Multi-index hashing (Norouzi, Punjani, Fleet 2012): a hash is cut into pieces of 16 bits; of two hashes within distance ``d`` at least
one piece differs in no more than ``d // pieces`` bits. So every hash stands under each of its pieces, and a question looks up
each of its own with every such change.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import combinations

_PIECE = 16
_FEW = 2_000  # below this it is quicker to compare each


def hamming(left: str, right: str) -> int | None:
    """The number of bits two hexadecimal hashes differ in; None if they are not of one length or no hashes."""
    if len(left) != len(right):
        return None
    try:
        return (int(left, 16) ^ int(right, 16)).bit_count()
    except ValueError:
        return None


class BitIndex:
    """Hashes in hexadecimal digits; only those of one length are compared."""

    def __init__(self, entries: Iterable[tuple[str, datetime | None]]) -> None:
        self._groups: dict[int, _Group] = {}
        for digits, ends in entries:
            self._groups.setdefault(len(digits), _Group(len(digits) * 4)).add(int(digits, 16), ends)

    def nearest(self, digits: str, within: int, at: datetime) -> tuple[str, int] | None:
        """The nearest hash and its distance in bits, if that is at most ``within``; the smallest of equals."""
        group = self._groups.get(len(digits))
        best = group.nearest(int(digits, 16), within, at) if group is not None else None
        return (format(best[1], f"0{len(digits)}x"), best[0]) if best is not None else None


class _Group:
    """Hashes of one length."""

    def __init__(self, bits: int) -> None:
        self._pieces = -(-bits // _PIECE)
        self._ends: dict[int, datetime | None] = {}
        self._index: list[dict[int, list[int]]] | None = None
        self._lock = threading.Lock()

    def add(self, value: int, ends: datetime | None) -> None:
        known = self._ends.get(value, ends)
        self._ends[value] = None if known is None or ends is None else max(known, ends)

    def nearest(self, value: int, within: int, at: datetime) -> tuple[int, int] | None:
        best: tuple[int, int] | None = None
        for each in self._candidates(value, within):
            found = ((each ^ value).bit_count(), each)
            if found[0] <= within and (best is None or found < best):
                ends = self._ends[each]
                if ends is None or ends > at:
                    best = found
        return best

    def _candidates(self, value: int, within: int) -> Iterable[int]:
        if within == 0:
            return (value,) if value in self._ends else ()
        reach = within // self._pieces
        if len(self._ends) <= _FEW or reach > 2:
            return self._ends
        index = self._made()
        found: set[int] = set()
        for place, piece in enumerate(_cut(value, self._pieces)):
            for change in _changes(reach):
                found.update(index[place].get(piece ^ change, ()))
        return found

    def _made(self) -> list[dict[int, list[int]]]:
        with self._lock:
            if self._index is None:
                made: list[dict[int, list[int]]] = [{} for _ in range(self._pieces)]
                for value in self._ends:
                    for place, piece in enumerate(_cut(value, self._pieces)):
                        made[place].setdefault(piece, []).append(value)
                self._index = made
            return self._index


def _cut(value: int, pieces: int) -> list[int]:
    mask = (1 << _PIECE) - 1
    return [value >> (_PIECE * place) & mask for place in range(pieces)]


@cache
def _changes(reach: int) -> tuple[int, ...]:
    """Every change of at most so many of 16 bits."""
    return tuple(
        sum(1 << bit for bit in bits) for count in range(reach + 1) for bits in combinations(range(_PIECE), count)
    )
