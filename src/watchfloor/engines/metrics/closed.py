"""Days off in slices that are watched by the day: what they are compared with, and how much of a usual day comes on one.

A holiday is no alarm because it is quieter than eight earlier Thursdays, and a Thursday is none because one of those was a holiday. How
much of a usual day a holiday brings is learnt from the earlier ones of the same market, over all its slices together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

_ONE_SAYS = 0.3  # relative uncertainty where one earlier holiday is known
_LEAST_UNSURE = 0.1
_LEAST_DAYS = 2


class Off(NamedTuple):
    """What kind of day it is in a market.

    Attributes:
        any: whether it is a holiday.
        factor: share of a usual day's count.
        unsure: relative standard error of that share.
        unknown: no earlier holiday is there to learn from.
    """

    any: bool
    factor: float
    unsure: float
    unknown: bool


WORKING = Off(False, 1.0, 0.0, False)


class Holidays:
    """The calendars of all markets over the buckets looked at.

    Args:
        dates: of each bucket.
        columns: of each bucket, the count of each slice.
        markets: of each slice.
        days: holidays of each market.
        season: buckets per season.
    """

    def __init__(
        self,
        dates: Sequence[date | None],
        columns: Sequence[Sequence[float]],
        markets: Sequence[str],
        days: Mapping[str, Collection[date]],
        season: int,
    ) -> None:
        self._columns, self._markets, self._season = columns, markets, season
        self._off: dict[str, set[int]] = {
            name: {place for place, day in enumerate(dates) if day in given} for name, given in days.items()
        }
        self._last = len(columns) - 1
        self._today: dict[str, Off] = {}

    def comparable(self, market: str, places: list[int]) -> list[int]:
        """The places without the market's holidays, as long as two are left."""
        off = self._off.get(market)
        kept = [place for place in places if place not in off] if off else places
        return kept if len(kept) >= _LEAST_DAYS else places

    def today(self, market: str) -> Off:
        """What the last bucket is in this market."""
        if market not in self._today:
            self._today[market] = self._learnt(market) if self._last in self._off.get(market, ()) else WORKING
        return self._today[market]

    def _learnt(self, market: str) -> Off:
        off = self._off[market]
        rows = [row for row, name in enumerate(self._markets) if name == market]
        shares = []
        for place in sorted(off - {self._last}):
            usual = [
                each
                for each in (place - self._season, place + self._season)
                if 0 <= each < self._last and each not in off
            ]
            expected = sum(self._columns[each][row] for each in usual for row in rows) / max(1, len(usual))
            if expected > 0:
                shares.append(sum(self._columns[place][row] for row in rows) / expected)
        if not shares:
            return Off(True, 1.0, 0.0, True)
        factor = sum(shares) / len(shares)
        if len(shares) == 1 or not factor:
            return Off(True, max(factor, 1e-6), _ONE_SAYS, False)
        spread = (sum((each - factor) ** 2 for each in shares) / (len(shares) - 1)) ** 0.5 / factor
        return Off(True, factor, max(spread * (1 + 1 / len(shares)) ** 0.5, _LEAST_UNSURE), False)
