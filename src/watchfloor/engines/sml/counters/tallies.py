"""Counts and sums in buckets of time: what counts over the last hour, and over the hour before that."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from watchfloor.engines.sml.counters.spec import CounterSpec

_NEVER = -(2**62)
_ROOM = 2
"""Buckets are thrown out when there are this many times as many as can matter."""

SCALE = 1_000_000
"""Sums are kept in millionths: whole numbers, so that the order of adding cannot matter."""


class Tally:
    """Amounts by bucket, both lists in order of time; only buckets in which something was counted exist."""

    __slots__ = ("_amounts", "_buckets", "late", "newest")

    def __init__(self) -> None:
        self.newest, self.late = _NEVER, 0
        self._buckets: list[int] = []
        self._amounts: list[int] = []

    def add(self, spec: CounterSpec, at: int, number: int, value: int) -> None:
        """Add an amount."""
        bucket, buckets = at // spec.grain, self._buckets
        if not buckets or bucket > buckets[-1]:
            buckets.append(bucket)
            self._amounts.append(value)
            if len(buckets) > _ROOM * (spec.horizon // spec.grain + 1) or not len(buckets) % 256:
                self._forget(spec, at)
        elif bucket == buckets[-1]:
            self._amounts[-1] += value
        else:
            place = bisect_left(buckets, bucket)
            if buckets[place] == bucket:
                self._amounts[place] += value
            else:
                buckets.insert(place, bucket)
                self._amounts.insert(place, value)

    def _forget(self, spec: CounterSpec, newest: int) -> None:
        """Drop what no event that is not late can ask for."""
        place = bisect_left(self._buckets, (newest - spec.horizon) // spec.grain)
        del self._buckets[:place]
        del self._amounts[:place]

    def total(self, after: int, last: int) -> int:
        """The sum over the buckets from behind ``after`` up to ``last``."""
        buckets = self._buckets
        begin = bisect_right(buckets, after)
        end = len(buckets) if buckets and buckets[-1] <= last else bisect_right(buckets, last)
        return sum(self._amounts[begin:end])

    def plain(self) -> list[Any]:
        """Buckets and amounts."""
        return [self._buckets, self._amounts]

    def restore(self, plain: list[Any]) -> None:
        """Take them back."""
        self._buckets, self._amounts = plain


class Count(Tally):
    """How many in the span."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The events counted in the span that ends with the bucket of ``at``."""
        last = at // spec.grain
        return self.total(last - spec.buckets, last)


class Sum(Tally):
    """The sum of an amount in the span."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The sum over the span."""
        last = at // spec.grain
        return self.total(last - spec.buckets, last) / SCALE


class Before(Tally):
    """How many in the span before the span."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The events counted in the period before."""
        first = at // spec.grain - spec.buckets
        return self.total(first - spec.buckets, first)


class Trend(Tally):
    """How many times as many as in the period before."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The ratio; none before counts as one, so that something new does not trend infinitely."""
        last = at // spec.grain
        first = last - spec.buckets
        return self.total(first, last) / max(self.total(first - spec.buckets, first), 1)
