"""Pieces, least hashes and distances of very many texts, compiled. Imported only where numba is installed (``columns`` and ``pairs`` ask).

The same numbers as without it: each text is cut, its pieces put in order and looked through while they are in the processor's nearest
cache, where whole columns go through memory once for each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import polars as pl

F = TypeVar("F", bound=Callable[..., Any])

_FEW = 2_048  # pieces: 256 buckets for so many, 16,384 for more (a text has some 20,000 at most)


def _compiled(function: F) -> F:
    return cast(F, numba.njit(cache=True, nogil=True)(function))


@_compiled
def _order(found: Any, count: int, ordered: Any, ends: Any) -> None:
    """``ordered`` gets the first ``count`` hashes in order: by their first bits into buckets, there one by one (they spread evenly)."""
    bits = 8 if count <= _FEW else 14
    shift = np.uint32(32 - bits)
    ends[: 1 << bits] = 0
    for place in range(count):
        ends[found[place] >> shift] += 1
    before = 0
    for bucket in range(1 << bits):
        have = ends[bucket]
        ends[bucket] = before
        before += have
    for place in range(count):
        bucket = found[place] >> shift
        ordered[ends[bucket]] = found[place]
        ends[bucket] += 1
    for place in range(1, count):
        value = ordered[place]
        back = place
        while back > 0 and ordered[back - 1] > value:
            ordered[back] = ordered[back - 1]
            back -= 1
        ordered[back] = value


@_compiled
def cut(code: Any, end: int, tables: Any, start: Any, beside: Any, of: Any, size: int, values: int) -> Any:
    """The different pieces of each text, and the least of each place of its MinHash.

    Args:
        code: the characters of all texts, each between two blanks, and after each ``end``.
        tables: 2 x 4 x 65536, what a character's lower and upper 16 bits add to a CRC at its places; ``start``: the CRC of nothing.
        beside: hashes of what else texts have, and in ``of`` which text has it, in order.
        size: how many texts; ``values``: how many hashes one place has.

    Returns:
        (pieces one after the other, how many each text has, texts x places of the least, whether there is one).
    """
    places = (1 << 32) // values
    pieces = np.empty(len(code) + len(beside), np.uint32)
    counts = np.zeros(size, np.uint32)
    least = np.zeros((size, places), np.uint32)
    got = np.zeros((size, places), np.bool_)
    found, ordered = np.empty(64, np.uint32), np.empty(64, np.uint32)
    ends = np.empty(1 << 14, np.int64)
    have = here = other = 0
    for text in range(size):
        last = here
        while code[last] != end:
            last += 1
        more = other
        while more < len(of) and of[more] == text:
            more += 1
        if last - here + more - other > len(found):
            found = np.empty(2 * (last - here + more - other), np.uint32)
            ordered = np.empty(len(found), np.uint32)
        count = 0
        for place in range(here, last - 3):
            crc = start
            for ahead in range(4):
                char = code[place + ahead]
                crc ^= tables[0, ahead, char & 0xFFFF] ^ tables[1, ahead, char >> 16]
            found[count] = (np.uint64(crc) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(16)
            count += 1
        for place in range(other, more):
            found[count] = beside[place]
            count += 1
        began = have
        _order(found, count, ordered, ends)
        for place in range(count):
            value = ordered[place]
            if have == began or value != pieces[have - 1]:
                pieces[have] = value
                have += 1
                at = value // values
                if not got[text, at]:
                    got[text, at] = True
                    least[text, at] = value % values
        counts[text] = have - began
        here, other = last + 1, more
    return pieces[:have], counts, least, got


@_compiled
def known(least: Any, got: Any, counts: Any, shift: int, factors: Any, first: int, fewest: int, room: int) -> Any:
    """What ``columns`` keeps of the places of texts.

    Args:
        least: texts x places, ``got`` whether there is one: what got nothing borrows from the next that did, once around.
        counts: how many pieces each text has; from ``fewest`` on it has keys.
        factors: bands x (rows + 1), what a band's hash is made with; ``first``: the first form's place, of ``room``.

    Returns:
        (keys, band after band; low bits; high bits).
    """
    size, places = least.shape
    bands, rows = factors.shape[0], factors.shape[1] - 1
    keys = np.empty((bands, size), np.uint64)
    low, high = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    half = places // 2
    enough = 0
    for text in range(size):
        if counts[text] == 0:
            continue
        for back in range(2 * places):
            place = places - 1 - back % places
            after = (place + 1) % places
            if not got[text, place] and got[text, after]:
                got[text, place] = True
                least[text, place] = least[text, after] + np.uint32(shift)
        for place in range(half):
            low[text] = low[text] * np.uint64(16) + np.uint64(least[text, place] % 16)
            high[text] = high[text] * np.uint64(16) + np.uint64(least[text, half + place] % 16)
        if counts[text] < fewest:
            continue
        for band in range(bands):
            key = factors[band, rows]
            for row in range(rows):
                key += factors[band, row] * np.uint64(least[text, band * rows + row])
            keys[band, enough] = key // np.uint64(room) * np.uint64(room) + np.uint64(first + text)
        enough += 1
    return keys[:, :enough].copy().reshape(-1), low, high


def flat(lists: pl.Series) -> tuple[Any, Any]:
    """Lists of pieces one after the other, and where each begins (and the last one ends)."""
    ends = np.zeros(len(lists) + 1, np.int64)
    np.cumsum(lists.list.len().to_numpy(), out=ends[1:])
    return lists.explode().drop_nulls().to_numpy(), ends


@_compiled
def compare(pairs: Any, low: Any, high: Any, different: int, pieces: Any, ends: Any, within: float) -> Any:
    """Which pairs are near: (earlier, later, distance) of those at most ``within`` apart.

    Args:
        pairs: ``later << 32 | earlier``.
        low, high: bits of each text; who differs in more than ``different`` is not compared.
        pieces: of all texts, one after the other, those of each in order; of text ``n`` from ``ends[n]`` to ``ends[n + 1]``.
    """
    left, right = np.empty(len(pairs), np.uint32), np.empty(len(pairs), np.uint32)
    apart = np.empty(len(pairs), np.float64)
    have = 0
    for pair in pairs:
        one, other = np.int64(pair & 0xFFFFFFFF), np.int64(pair >> 32)
        if _bits(low[one] ^ low[other]) + _bits(high[one] ^ high[other]) > different:
            continue
        here, here_end, there, there_end = ends[one], ends[one + 1], ends[other], ends[other + 1]
        sizes = (here_end - here, there_end - there)
        if sizes[0] < (1 - within) * sizes[1] or sizes[1] < (1 - within) * sizes[0]:
            continue  # they cannot share so much
        both = 0
        while here < here_end and there < there_end:
            mine, theirs = pieces[here], pieces[there]
            both += mine == theirs
            here += mine <= theirs
            there += theirs <= mine
        distance = 1.0 - both / max(sizes[0] + sizes[1] - both, 1)
        if distance <= within:
            left[have], right[have], apart[have] = one, other, distance
            have += 1
    return left[:have], right[:have], apart[:have]


@_compiled
def _bits(word: Any) -> Any:
    """Bits that are set (the compiler knows this form and makes one instruction of it)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
