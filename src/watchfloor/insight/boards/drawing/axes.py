"""Where a value lies in a plot, and round numbers to write beside its axis. Zero is always on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """A vertical axis from ``low`` to ``high`` between two places on the picture (``top`` is the smaller y)."""

    low: float
    high: float
    top: float
    bottom: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """The place of a value."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def scale(
    values: Iterable[float | None], top: float, bottom: float, size: float = 1.0, most: float | None = None
) -> Scale:
    """A scale that holds zero and all values; ticks are round in units of ``size`` (milliseconds of an hour, say)."""
    known = [value / size for value in values if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if high - low < 1e-300:  # nothing but zero, as far as numbers can be divided
        high = 1.0
    step = _round_step((high - low) / max(2, (bottom - top) / 56))
    first, last = -_steps(-low / step), _steps(high / step)
    ticks = tuple(number * step * size for number in range(first, last + 1))
    top_value = ticks[-1] if most is None else min(ticks[-1], max(most, max([0.0, *known]) * size))
    # The outermost value stays inside, whatever rounding does to its tick.
    least, greatest = (
        min([ticks[0], *(value * size for value in known)]),
        max([top_value, *(value * size for value in known)]),
    )
    shown = tuple(tick for tick in ticks if tick <= top_value + 1e-12)
    return Scale(low=least, high=greatest, top=top, bottom=bottom, ticks=shown)


def _steps(length: float) -> int:
    """So many steps hold a length; one that is off by rounding alone needs no step more."""
    near = round(length)
    return near if math.isclose(length, near, rel_tol=1e-9) else math.ceil(length)


def _round_step(raw: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= raw * 0.999)


def runs(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Points without the gaps: a missing value breaks the line."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [run for run in found if run]
