"""How many different values: exact sets in buckets of time, and HyperLogLog in buckets that hold more than a bound.

Whether a bucket is exact depends on what fell into it alone, never on the order, so that out-of-order streams and sorted ones
give one answer. The estimator is Ertl's (O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017,
algorithm 6), which needs no tables and has no bias at small or large numbers. With 2,048 registers its standard error is
1.04 / sqrt(2048) = 2.3 %.
"""

from __future__ import annotations

import math
import zlib
from bisect import bisect_left, bisect_right
from typing import Any

from watchfloor.engines.sml.counters.spec import CounterSpec

_NEVER = -(2**62)
EXACT = 256
"""A bucket with more different values than this is a sketch. Up to this many in the whole span, the answer is always exact."""

_BITS = 11
REGISTERS = 1 << _BITS
ERROR = 1.04 / math.sqrt(REGISTERS)
"""The standard error of an estimate: 2.3 %."""

_RANKS = 64 - _BITS
_ALPHA = 1 / (2 * math.log(2))


class Unique:
    """Different values by bucket, each a hash of 64 bits: a set of them, or the registers of a sketch."""

    __slots__ = ("_buckets", "_held", "late", "newest")

    def __init__(self) -> None:
        self.newest, self.late = _NEVER, 0
        self._buckets: list[int] = []
        self._held: list[set[int] | bytearray] = []

    def add(self, spec: CounterSpec, at: int, number: int, value: int) -> None:
        """Note a value."""
        bucket = at // spec.grain
        place = bisect_left(self._buckets, bucket)
        if place == len(self._buckets) or self._buckets[place] != bucket:
            self._buckets.insert(place, bucket)
            self._held.insert(place, set())
            self._forget(spec, max(at, self.newest))
            place = bisect_left(self._buckets, bucket)
        held = self._held[place]
        if isinstance(held, bytearray):
            _note(held, value)
            return
        held.add(value)
        if len(held) > EXACT:
            self._held[place] = registers(held)

    def _forget(self, spec: CounterSpec, newest: int) -> None:
        place = bisect_left(self._buckets, (newest - spec.horizon) // spec.grain)
        del self._buckets[:place]
        del self._held[:place]

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """How many different values in the span that ends with the bucket of ``at``."""
        last = at // spec.grain
        begin, end = bisect_right(self._buckets, last - spec.buckets), bisect_right(self._buckets, last)
        held = self._held[begin:end]
        sketches = [each for each in held if isinstance(each, bytearray)]
        exact: set[int] = set().union(*(each for each in held if isinstance(each, set)))
        if not sketches:
            return len(exact)
        merged = sketches[0]
        for each in sketches[1:]:
            merged = bytearray(map(max, merged, each))
        if exact:
            merged = bytearray(merged) if merged is sketches[0] else merged
            for value in exact:
                _note(merged, value)
        return round(estimate(merged))

    def plain(self) -> list[Any]:
        """Buckets; for each its sorted hashes, or its registers packed."""
        held = [zlib.compress(bytes(each), 1) if isinstance(each, bytearray) else sorted(each) for each in self._held]
        return [self._buckets, held]

    def restore(self, plain: list[Any]) -> None:
        """Take them back."""
        self._buckets = plain[0]
        self._held = [bytearray(zlib.decompress(each)) if isinstance(each, bytes) else set(each) for each in plain[1]]


def registers(values: set[int]) -> bytearray:
    """The sketch of some hashes."""
    made = bytearray(REGISTERS)
    for value in values:
        _note(made, value)
    return made


def _note(sketch: bytearray, value: int) -> None:
    """One hash into its register: the low bits choose it, the leading zeros of the others are its rank."""
    register = value & (REGISTERS - 1)
    rank = _RANKS - (value >> _BITS).bit_length() + 1
    if rank > sketch[register]:
        sketch[register] = rank


def estimate(sketch: bytes | bytearray) -> float:
    """About how many different hashes a sketch has seen (Ertl 2017, algorithm 6)."""
    have = [sketch.count(rank) for rank in range(_RANKS + 2)]
    z = REGISTERS * _tau(1 - have[_RANKS + 1] / REGISTERS)
    for rank in range(_RANKS, 0, -1):
        z = 0.5 * (z + have[rank])
    z += REGISTERS * _sigma(have[0] / REGISTERS)
    return _ALPHA * REGISTERS * REGISTERS / z


def _sigma(x: float) -> float:
    if x == 1:
        return math.inf
    y, z = 1.0, x
    while True:
        x *= x
        before = z
        z += x * y
        y += y
        if z == before:
            return z


def _tau(x: float) -> float:
    if x in (0, 1):
        return 0.0
    y, z = 1.0, 1 - x
    while True:
        x = math.sqrt(x)
        before = z
        y *= 0.5
        z -= (1 - x) ** 2 * y
        if z == before:
            return z / 3
