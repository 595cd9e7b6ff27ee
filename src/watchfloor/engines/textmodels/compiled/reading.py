"""Whether known words are written with digits in a text (``leet.shows``), compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.textmodels.compiled.memory import compiled, scratch
from watchfloor.engines.textmodels.compiled.pieces import single
from watchfloor.engines.textmodels.leet import ADDRESSES, MOST, SAID

_FIRST, _SECOND = np.zeros(128, np.int64), np.zeros(128, np.int64)
for _sign, _meant in SAID.items():
    if ord(_sign) < 128:
        _FIRST[ord(_sign)], _SECOND[ord(_sign)] = ord(_meant[0]), ord(_meant[1]) if len(_meant) > 1 else 0
_SIGNS = np.array([chr(code) in "013456789@$|!" for code in range(128)])
_ADDRESSES = np.array([int.from_bytes(name.encode(), "big") for name in sorted(ADDRESSES)], np.int64)
_LATER = 33  # an exclamation mark: neither begins nor ends a word


@compiled
def shown(size: Any, row: Any) -> Any:
    """Of the small letters in a part of the scratch (``folding.lowered``)."""
    low = scratch(row, 1, 1)
    place = 0
    while place < size:
        if not _belongs(low[place]):
            place += 1
            continue
        end = place
        while end < size and _belongs(low[end]):
            end += 1
        if _written(low, place, end, row):
            return True
        place = end
    return False


@compiled
def _belongs(code: Any) -> Any:
    return 97 <= code <= 122 or _SIGNS[code]


@compiled
def _written(low: Any, start: Any, end: Any, row: Any) -> Any:
    """Whether letters, digits and signs in a row hold a word that is none as it stands, and a known one as letters."""
    last = end
    while last > start and low[last - 1] == _LATER:
        last -= 1
    while start < last:
        turn = start
        if 97 <= low[start] <= 122:
            while turn < last and 97 <= low[turn] <= 122:
                turn += 1
            if turn == last:
                return False
            break
        if low[start] == _LATER:
            start += 1
            continue
        while turn < last and _SIGNS[low[turn]] and low[turn] != _LATER:
            turn += 1
        if turn < last and 97 <= low[turn] <= 122:
            break
        start = turn
    if start >= last:
        return False
    return _said(low, start, last, row)


@compiled
def _said(low: Any, start: Any, end: Any, row: Any) -> Any:
    two = 0
    for at in range(start, end):
        two += _SECOND[low[at]] != 0
    if two > MOST or single(low, start, end, -1, row) >= 0:
        return False
    said = scratch(row, 2, 1)
    for choice in range(1 << two):
        left = 0
        for at in range(start, end):
            code = low[at]
            if _FIRST[code]:
                meant = _FIRST[code]
                if _SECOND[code]:
                    if choice >> left & 1:
                        meant = _SECOND[code]
                    left += 1
                code = meant
            said[at - start] = code
        if _address(said, end - start) or single(said, 0, end - start, -1, row) >= 0:
            return True
    return False


@compiled
def _address(said: Any, size: Any) -> Any:
    if size > 5:
        return False
    name = 0
    for at in range(size):
        name = name << 8 | said[at]
    for each in _ADDRESSES:  # noqa: SIM110 (no generator is compiled)
        if each == name:
            return True
    return False
