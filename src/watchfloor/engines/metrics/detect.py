"""Is this point unlike what came before? One causal detector for any series: no model to choose, no setting per series.

Four plain quantities are watched from both sides: the value (the lesser of two in a row, so that one stray point is not enough), a
fast and a middling running mean against a slow one, and the roughness (mean step from point to point). Each is measured in slow mean
deviations, and each keeps its own tail: the running quantile that it exceeds one time in fifty, and the mean excess beyond. With
an exponential tail the log odds of such a point are ``log(50) + excess / mean excess`` whatever the quantity, so the largest may be
compared across quantities and series: 7 is once in about a thousand points. After an alarm only what exceeds it counts for a
while (300 points), and then by the difference: evidence already told is not told again.

Constants were chosen on the 17 series of the Numenta benchmark that ship with ``WATCHFLOOR_DATA`` (two of its seven folders).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from watchfloor.kernel.errors import BadInput

ALARM = 7.0
QUIET = 300
_RARE = 0.02
_FAST, _MIDDLE, _SLOW = 0.06, 0.02, 0.0015
_LEARN, _LEAST_STEP = 0.02, 0.002
_WARM_UP = 50
_FLOOR = 0.01  # of the level: below it nothing is unlike anything
_FAR = 6.0  # deviations beyond which a point teaches no more than one at this distance
_KINDS = ("spike", "dip", "step", "step", "distribution", "distribution", "trend", "trend")


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


class Detector:
    """Judges one series point by point, in about three microseconds each.

    Args:
        season: points per season (288 for a day of five minutes); its profile is learnt and taken off. 0: none.
        alarm: log odds from which a point is an alarm.
        quiet: points for which an alarm silences what is not stronger.
    """

    def __init__(self, *, season: int = 0, alarm: float = ALARM, quiet: int = QUIET) -> None:
        if season < 0 or quiet < 0 or alarm <= 0:
            raise BadInput("bad_detector", "season and quiet are numbers of points, alarm is above nought.")
        self.season, self.alarm, self.quiet = season, alarm, quiet
        self._bounds, self._excess, self._over = [0.0] * 8, [1.0] * 8, [0] * 8
        self._profile, self._rounds = [0.0] * season, [0] * season
        self._count = 0
        self._slow = self._fast = self._middle = self._before = 0.0
        self._spread = self._rough = self._rough_slow = self._last = 0.0
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
            self._slow = self._fast = self._middle = self._before = value
            return Seen(0.0, False, "", value)
        expected = self._slow + usual
        odds, kind = self._odds(value)
        told = self._tell(odds)
        return Seen(told / (told + self.alarm), told >= self.alarm, kind if told >= self.alarm else "", expected)

    def _odds(self, value: float) -> tuple[float, str]:
        """The largest log odds of the eight tails, and what it says."""
        count = self._count
        off = value - self._slow
        scale = self._spread + 1e-9 + _FLOOR * abs(self._slow)
        step = abs(value - self._before)
        self._before = value
        self._fast += _FAST * (value - self._fast)
        self._middle += _MIDDLE * (value - self._middle)
        self._rough += _FAST * (step - self._rough)
        now, last = off / scale, self._last
        self._last = now
        both = min(now, last) if now > 0 else max(now, last)
        fast, middle = (self._fast - self._slow) / scale, (self._middle - self._slow) / scale
        tiny = 1e-6 * scale
        rough = math.log((self._rough + tiny) / (self._rough_slow + tiny)) if self._rough_slow > 0 else 0.0
        bounds, excess = self._bounds, self._excess
        rate = max(count**-0.6, _LEAST_STEP) * 4
        top, which = 0.0, 0
        for place, figure in enumerate((both, -both, fast, -fast, rough, -rough, middle, -middle)):
            over = figure - bounds[place]
            mean = excess[place]
            if over > 0:
                odds = over / mean - math.log(_RARE) if count > _WARM_UP else 0.0
                self._over[place] += 1
                excess[place] = mean + max(1 / (self._over[place] + 3), _LEARN) * (min(over, 10 * mean) - mean)
                bounds[place] += rate * (1 - _RARE) * mean
                if odds > top:
                    top, which = odds, place
            else:
                bounds[place] -= rate * _RARE * mean
        pace = max(_SLOW, 1 / count)
        off = min(max(off, -_FAR * scale), _FAR * scale)
        self._slow += pace * off
        self._spread += pace * (abs(off) - self._spread)
        self._rough_slow += pace * (min(step, _FAR * scale) - self._rough_slow)
        return top, _KINDS[which]

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
