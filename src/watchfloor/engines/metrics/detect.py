"""Is this point unlike all that came before? One causal detector for any series: no model to choose, no setting per series.

The last eight points are a pair: their mean and their range. Every pair that was unlike the known ones is kept, so that what was
ordinary once stays ordinary; the figure watched is the distance to the nearest known pair, in units of the usual deviation and the
level. Beside it a middling mean is watched against a slow one from both sides, for drift that creeps past a memory. Each figure keeps
its own tail: the running quantile that it exceeds one time in two hundred, and the mean excess beyond. With an exponential tail the
log odds of such a point are ``log(200) + excess / mean excess`` whatever the figure, so the largest may be compared across figures
and series: 7 is once in about a thousand points. After an alarm only what exceeds it counts for a while (200 points), and then by
the difference: evidence already told is not told again.

Constants were chosen on a half of the series of the Numenta benchmark (even SHA-256 of the name), with the whole in sight where that
half did not decide; benchmarks.metrics_detect tells the other half apart.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from watchfloor.kernel.errors import BadInput

ALARM = 7.0
QUIET = 200
_RARE, _LEARN, _LEAST_STEP = 0.005, 0.01, 0.002
_WINDOW = 8
_NEAR = 0.1  # units: a pair no further from a known one is that one
_MEMORY = 2_000  # pairs; when there are more every second one goes
_LEAST_EXCESS = 0.1
_MOST_EXCESS = 30.0  # mean excesses: one huge point does not teach that huge is usual
_MIDDLE, _SLOW = 0.005, 0.0003
_WARM_UP, _DRIFT_WARM_UP = 50, 300
_FLOOR = 0.01  # of the level: below it nothing is unlike anything
_LEVEL = 10.0  # deviations that the level may add to the unit
_FAR = 6.0  # deviations beyond which a point teaches the level no more than one at this distance


class Seen(NamedTuple):
    """What a point was judged to be.

    Attributes:
        score: 0 to 1; an alarm from 0.5 on at the usual threshold.
        alarm: whether to tell somebody.
        kind: what is unusual: ``spike``, ``dip``, ``step`` (level), ``trend`` (slow drift of level), ``distribution`` (roughness).
        expected: the level and season before the point.
    """

    score: float
    alarm: bool
    kind: str
    expected: float


class _Tail:
    """How rare a figure is among those before it: a running quantile and the mean excess beyond."""

    __slots__ = ("bound", "excess", "least", "over", "warm_up")

    def __init__(self, excess: float, least: float, warm_up: int) -> None:
        self.bound, self.excess, self.least, self.over, self.warm_up = 0.0, excess, least, 0, warm_up

    def odds(self, figure: float, count: int, rate: float) -> float:
        """Log odds of the figure (nought: usual), and learn from it."""
        over, mean = figure - self.bound, max(self.excess, _LEAST_EXCESS)
        if over <= 0:
            self.bound = max(self.bound - rate * _RARE * mean, self.least)
            return 0.0
        self.over += 1
        self.excess += max(1 / (self.over + 3), _LEARN) * (min(over, _MOST_EXCESS * mean) - self.excess)
        self.bound += rate * (1 - _RARE) * mean
        return over / mean - math.log(_RARE) if count > self.warm_up else 0.0


class _Memory:
    """The pairs of mean and range that were seen, in order of the mean."""

    __slots__ = ("means", "spans")

    def __init__(self) -> None:
        self.means: list[float] = []
        self.spans: list[float] = []

    def strange(self, mean: float, span: float, near: float) -> tuple[float, str]:
        """How far the nearest known pair is (nought: no further than ``near``) and in what it differs; a strange one is kept."""
        means, spans = self.means, self.spans
        place = bisect_left(means, mean)
        best, which = math.inf, place
        for way in (range(place, len(means)), range(place - 1, -1, -1)):
            for each in way:
                gap = abs(means[each] - mean)
                if gap >= best:
                    break
                gap = max(gap, abs(spans[each] - span))
                if gap < best:
                    if gap <= near:
                        return 0.0, ""
                    best, which = gap, each
        differs = ""
        if means:
            wider = span - spans[which]
            differs = "level" if abs(mean - means[which]) >= abs(wider) else "wider" if wider > 0 else "narrower"
        means.insert(place, mean)
        spans.insert(place, span)
        if len(means) > _MEMORY:
            del means[::2], spans[::2]
        return (best if differs else 0.0), differs


class Detector:
    """Judges one series point by point, in a few microseconds each.

    Args:
        season: points per season (288 for a day of five minutes); its profile is learnt (the first two are not judged) and taken
            off. 0: none.
        alarm: log odds from which a point is an alarm.
        quiet: points for which an alarm silences what is not stronger.
    """

    def __init__(self, *, season: int = 0, alarm: float = ALARM, quiet: int = QUIET) -> None:
        if season < 0 or quiet < 0 or alarm <= 0:
            raise BadInput("bad_detector", "season and quiet are numbers of points, alarm is above nought.")
        self.season, self.alarm, self.quiet = season, alarm, quiet
        self._novel = _Tail(_LEAST_EXCESS, 0.0, _WARM_UP)
        self._rising, self._falling = (_Tail(1.0, -math.inf, _DRIFT_WARM_UP) for _ in range(2))
        self._memory, self._window = _Memory(), deque[float](maxlen=_WINDOW)
        self._profile, self._rounds = [0.0] * season, [0] * season
        self._count = 0
        self._slow = self._middle = self._spread = 0.0
        self._hold, self._told = 0, 0.0

    def see(self, value: float) -> Seen:
        """Judge the next point by those before it, then learn from it. A gap is passed over: do not feed it."""
        if not math.isfinite(value):
            raise BadInput("not_numbers", "A value is no finite number.")
        slot = self._count % self.season if self.season else 0
        usual = self._profile[slot] if self.season and self._count >= self.season else 0.0
        if self.season:
            self._learn_season(slot, value)
            value -= usual
        self._count += 1
        if self._count == 1:
            self._slow = self._middle = value
            self._window.append(value)
            return Seen(0.0, False, "", value)
        expected = self._slow + usual
        if (
            self._count <= 2 * self.season
        ):  # its profile is rough: what is seen now would be taken for ordinary ever after
            self._settle(value)
            self._middle = self._slow
            return Seen(0.0, False, "", expected)
        odds, kind = self._odds(value)
        told = self._tell(odds)
        return Seen(told / (told + self.alarm), told >= self.alarm, kind if told >= self.alarm else "", expected)

    def _odds(self, value: float) -> tuple[float, str]:
        """The largest log odds of what is watched, and what it says."""
        count, level = self._count, abs(self._slow)
        scale = self._spread + 1e-9 + _FLOOR * level
        rate = max(count**-0.6, _LEAST_STEP) * 4
        window = self._window
        window.append(value)
        top, kind = 0.0, ""
        if count >= _WINDOW + 2 and len(window) == _WINDOW:
            most, least = max(window), min(window)
            unit = scale + min(level, _LEVEL * scale)
            far, differs = self._memory.strange(sum(window) / _WINDOW, most - least, _NEAR * unit)
            top = self._novel.odds(far / unit, count, rate)
            if differs == "level":
                kind = "step"
            elif differs == "wider" and value in (most, least):
                kind = "spike" if value == most else "dip"
            else:
                kind = "distribution"
        self._middle += max(_MIDDLE, 1 / count) * (value - self._middle)
        drift = (self._middle - self._slow) / scale
        creeping = max(self._rising.odds(drift, count, rate), self._falling.odds(-drift, count, rate))
        if creeping > top:
            top, kind = creeping, "trend"
        self._settle(value)
        return top, kind

    def _settle(self, value: float) -> None:
        """Learn level and usual deviation; a point far off teaches no more than one at ``_FAR`` deviations."""
        off = value - self._slow
        if self._count > _WINDOW + 2:
            far = _FAR * (self._spread + 1e-9 + _FLOOR * abs(self._slow))
            off = min(max(off, -far), far)
        pace = max(_SLOW, 1 / self._count)
        self._slow += pace * off
        self._spread += pace * (abs(off) - self._spread)

    def _tell(self, odds: float) -> float:
        """What is new in this point: all of it, or, soon after an alarm, what exceeds that."""
        self._hold -= 1
        if self._hold > 0:
            if odds <= self._told:
                return 0.0
            fresh, self._told = odds - self._told, odds
            return fresh
        if odds >= self.alarm:
            self._hold, self._told = self.quiet, odds
        return odds

    def _learn_season(self, slot: int, value: float) -> None:
        """The mean of each slot about the slow level, of the first rounds evenly, later ones by a tenth."""
        self._rounds[slot] += 1
        off = value - (self._slow if self._count else value)
        known = self._profile[slot]
        limit = _FAR * (self._spread + 1e-9) if self._rounds[slot] > 2 else math.inf
        self._profile[slot] += max(0.1, 1 / self._rounds[slot]) * min(max(off - known, -limit), limit)


def detect(values: Iterable[float], *, season: int = 0, alarm: float = ALARM, quiet: int = QUIET) -> list[Seen]:
    """Judge each value by those before it."""
    detector = Detector(season=season, alarm=alarm, quiet=quiet)
    return [detector.see(each) for each in values]
