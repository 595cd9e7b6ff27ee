"""Whether an app's day is unlike what it declared, or unlike its own past; with a bound on how often that is said for nothing.

Twelve tests a day share ``ALARMS`` false alarms a day and app (Bonferroni), so an app that does what it did and what it declared is
reopened for nothing on fewer than one day in a thousand. What the bound rests on:

- *Against the past*: the figure of a whole day against at least ``LEAST_PAST`` days by Student's t for one further value. Shares go
  through the arcsine square root, counts and rates through a logarithm; the spread is never taken as less than what counting alone
  gives. Holds for days that are alike after that transformation. The figure must also have grown by something that matters.
- *Against the declaration*: the distance between declared and seen mix (half the sum of differences) beyond ``TOLERANCE`` and beyond
  what chance gives ``n`` calls (Bretagnolle, Huber and Carol: P(sum of differences >= e) <= 2^k exp(-n e^2 / 2)); the share of writes
  by Hoeffding's inequality. Volume has no chance in it: three times what was declared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.appreview.domain.telemetry import Day, is_write
from watchfloor.engines.metrics.effect import student_p

ALARMS = 0.001  # false alarms a day and app, over all tests
TESTS = 12
LEAST_PAST = 7  # days before a figure is compared with its past
LEAST_CALLS = 50  # a day with fewer says too little
TOLERANCE = 0.15  # by how much an honest declaration may be off
VOLUME_TIMES = 3.0
SHARES = ("write_share", "errors", "spam_share", "new_share", "near_duplicates", "rhythm")
COUNTS = ("calls", "actors", "reports_per_1000", "block_rate")
LEAST_RISE, LEAST_TIMES = 0.05, 1.5  # of shares in points, of counts and rates as a ratio: less is not worth a review


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is out of line. ``against``: declared or past; ``before``: the mean of the days before; ``p``: null for volume."""

    figure: str
    day: str
    against: str
    seen: float
    declared: float | None = None
    before: float | None = None
    p: float | None = None


def alarms(day: Day, past: Sequence[Day], *, mix: dict[str, float], volume: int) -> list[Alarm]:
    """What is out of line on ``day``; ``mix`` and ``volume`` are what was declared (empty and 0: nothing was)."""
    if day.calls < LEAST_CALLS:
        return []
    found = _declared(day, mix, volume)
    known = {each.figure for each in found}
    for name in (*SHARES, *COUNTS):
        if name not in known and (alarm := _past(name, day, past)):
            found.append(alarm)
    return found


def distance(day: Day, mix: dict[str, float]) -> float:
    """Half the sum of differences between declared and seen shares: 0 the same, 1 nothing in common."""
    names = {*mix, *day.mix}
    return sum(abs(mix.get(name, 0.0) - day.mix.get(name, 0) / day.calls) for name in names) / 2 if day.calls else 0.0


def _declared(day: Day, mix: dict[str, float], volume: int) -> list[Alarm]:
    found = []
    if volume and day.calls > VOLUME_TIMES * volume:
        found.append(Alarm(figure="calls", day=day.day, against="declared", seen=day.calls, declared=volume))
    if not mix:
        return found
    level = ALARMS / TESTS
    kinds, n = len({*mix, *day.mix}), day.calls
    beyond = 2 * (distance(day, mix) - TOLERANCE)
    if beyond > 0 and (p := min(1.0, math.exp(kinds * math.log(2) - n * beyond**2 / 2))) < level:
        found.append(
            Alarm(figure="mix_distance", day=day.day, against="declared", seen=distance(day, mix), declared=0.0, p=p)
        )
    declared = sum(share for name, share in mix.items() if is_write(name))
    rise = (day.write_share or 0.0) - declared - TOLERANCE
    if rise > 0 and (p := math.exp(-2 * n * rise**2)) < level:
        seen = day.write_share or 0.0
        found.append(Alarm(figure="write_share", day=day.day, against="declared", seen=seen, declared=declared, p=p))
    return found


def _past(name: str, day: Day, past: Sequence[Day]) -> Alarm | None:
    seen = getattr(day, name)
    before = [
        float(getattr(each, name)) for each in past if each.calls >= LEAST_CALLS and getattr(each, name) is not None
    ]
    if seen is None or len(before) < LEAST_PAST:
        return None
    usual = sum(before) / len(before)
    share = name in SHARES
    if (seen - usual < LEAST_RISE) if share else (seen < LEAST_TIMES * usual or seen - usual < 1):
        return None
    floor = 0.5 / math.sqrt(day.calls) if share else 1 / math.sqrt(max(1.0, _events(name, usual, day)))
    p = _p(_turned(seen, share), [_turned(value, share) for value in before], floor)
    if p >= ALARMS / TESTS:
        return None
    return Alarm(figure=name, day=day.day, against="past", seen=float(seen), before=usual, p=p)


def _turned(value: float, share: bool) -> float:
    return math.asin(math.sqrt(min(1.0, max(0.0, value)))) if share else math.log(value + 0.5)


def _events(name: str, usual: float, day: Day) -> float:
    """How many events stand behind a usual day's figure: what counting alone makes it vary by."""
    return usual * day.calls / 1000 if name in ("reports_per_1000", "block_rate") else usual


def _p(value: float, before: list[float], floor: float) -> float:
    """One-sided: how often a further day is this high or higher."""
    n = len(before)
    mean = sum(before) / n
    spread = max(math.sqrt(sum((each - mean) ** 2 for each in before) / (n - 1)), floor)
    t = (value - mean) / (spread * math.sqrt(1 + 1 / n))
    return student_p(t, n - 1) / 2 if t > 0 else 1.0
