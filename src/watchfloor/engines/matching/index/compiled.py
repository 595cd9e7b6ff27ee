"""The look-up compiled, for large segments: each address is asked for well before it is read. Imported only where numba is installed.

Nearly all time of a look-up goes by waiting for memory: bucket, positions and hash stand at three far places, thousands of times for one
question. So each of the three steps is done for a whole band before the next one begins, and on its way asks the processor to bring what
the next one will read (``llvm.prefetch``, a hint without effect on what is computed).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
_MANY = 255  # as in segment


def _compiled(function: F) -> F:
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def _hint(_typing: Any, array: Any, place: Any) -> Any:
    """Ask for the part of memory in which an element of a flat array stands."""

    def made(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        where = builder.bitcast(builder.gep(data, [given[1]]), byte)
        builder.call(hint, [where, number(0), number(3), number(1)])  # to read, keep, data
        return context.get_dummy_value()

    return types.void(array, types.intp), made


_bring: Any = intrinsic(_hint)


@_compiled
def _bits(word: Any) -> Any:
    """Bits that are set (the compiler knows this form and makes one instruction of it)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@_compiled
def _compare(
    rows: Any, asked: Any, question: int, candidates: Any, count: Any, radius: Any, found: Any, size: int
) -> Any:
    """Put what lies within the radius behind what was found: question, position, distance."""
    one, two, three, four = asked[question, 0], asked[question, 1], asked[question, 2], asked[question, 3]
    if size + count > len(found):
        grown = np.empty((2 * (size + count), 3), np.int64)
        for place in range(size):
            for part in range(3):
                grown[place, part] = found[place, part]
        found = grown
    for place in range(count):
        row = np.int64(candidates[place])
        distance = _bits(rows[row, 0] ^ one) + _bits(rows[row, 1] ^ two)
        if distance <= radius:  # of strangers hardly one in a million gets past half of the hash
            distance += _bits(rows[row, 2] ^ three) + _bits(rows[row, 3] ^ four)
            if distance <= radius:
                found[size, 0], found[size, 1], found[size, 2] = question, row, distance
                size += 1
    return found, size


@_compiled
def _count(crowded: Any, place: Any) -> Any:
    """How many hashes a bucket has whose count does not fit into the table."""
    low, high = 0, len(crowded) - 1
    while low < high:
        middle = (low + high) // 2
        if crowded[middle, 0] < place:
            low = middle + 1
        else:
            high = middle
    return crowded[low, 1]


@_compiled
def look_up(
    rows: Any,
    table: Any,
    entries: Any,
    crowded: Any,
    asked: Any,
    turned: Any,
    places: Any,
    changes: Any,
    ends: Any,
    radius: int,
    most: int,
) -> Any:
    """What the buckets of each question hold within the radius.

    Args:
        turned: bands x questions, the key of each. ``places``: where the band's buckets begin in ``table``.
        changes: of all bands, one after the other; those of a band end at ``ends``.
        most: candidates of one question; who has more must be scanned for.

    Returns:
        (k x 3 of question, position, distance, in which a pair may stand more than once; whether to scan for each question).
    """
    size = len(rows)
    flat = rows.reshape(-1)
    limit = np.uint64(radius)
    totals = np.zeros(len(asked), np.int64)
    # Without sign: of a signed place each access would first ask whether it counts from the end.
    begins, counts = np.empty(len(changes), np.uint64), np.empty(len(changes), np.uint64)
    candidates = np.empty(most, np.uint32)
    found, have = np.empty((1024, 3), np.int64), 0
    first = 0
    for band in range(len(ends)):
        last = ends[band]
        for question in range(len(asked)):
            if totals[question] > most:
                continue
            key = turned[band, question]
            used = 0
            for change in range(first, last):
                place = places[band] + (key ^ changes[change])
                bucket = table[place]
                if bucket != 0:
                    begin, held = np.int64(bucket >> 8) + band * size, np.int64(bucket & 0xFF)
                    if held == _MANY:
                        held = _count(crowded, place)
                    _bring(entries, begin)
                    begins[used], counts[used] = begin, held
                    totals[question] += held
                    used += 1
            if totals[question] > most:
                continue
            have_now = np.uint64(0)
            for bucket in range(used):
                begin, count = begins[bucket], counts[bucket]
                for entry in range(count):
                    row = entries[begin + entry]
                    candidates[have_now + entry] = row
                    _bring(flat, np.int64(row) * 4)
                have_now += count
            found, have = _compare(rows, asked, question, candidates, have_now, limit, found, have)
        first = last
    return found[:have], totals > most
