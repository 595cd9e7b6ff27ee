"""How long an item takes, from what was handled: by queue, and how much slower or faster people of a group are than all.

Handle times of review are skewed; where a log-normal passes Lilliefors' test (1967) it is said so, else the empirical mean and spread are
meant. A group's pace is the geometric mean of its times over those of the same queue, so that who works the hard queue is not slow for it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from watchfloor.engines.agreement.intervals import student

_LILLIEFORS = 0.886  # of the distance times the root of the count, at 5 %, mean and spread estimated
FEW = 20  # below, a queue takes the figures of all queues together
_MOST = 3600 * 8.0  # longer is a page that was left open over the night


class Handled(msgspec.Struct, frozen=True):
    """One item that somebody finished: ``seconds`` of work, in a queue, by one of a group (tenure, vendor, skill)."""

    queue: str
    seconds: float
    groups: tuple[str, ...] = ()


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds an item of a queue takes; ``cv`` is the deviation over the mean. ``lent``: too few of its own, these are all queues'."""

    queue: str
    items: int
    mean: float
    median: float
    cv: float
    lognormal: bool
    lent: bool = False


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Times of a group over times of all at the same work: 1.3 is slower. ``low`` to ``high`` with 95 %."""

    group: str
    items: int
    pace: float
    low: float
    high: float


def handling(done: Iterable[Handled]) -> list[Handling]:
    """By queue, by name; nothing where nothing was handled."""
    times: dict[str, list[float]] = defaultdict(list)
    for each in done:
        if 0 < each.seconds <= _MOST:
            times[each.queue].append(each.seconds)
    everything = [value for values in times.values() for value in values]
    found = []
    for queue, values in sorted(times.items()):
        few = len(values) < FEW
        found.append(_figures(queue, everything if few else values, len(values), few))
    return found


def _figures(queue: str, values: list[float], items: int, lent: bool) -> Handling:
    values = sorted(values)
    many = len(values)
    mean = math.fsum(values) / many
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (many - 1)) if many > 1 else mean
    middle = values[many // 2] if many % 2 else (values[many // 2 - 1] + values[many // 2]) / 2
    return Handling(
        queue=queue, items=items, mean=mean, median=middle, cv=spread / mean, lognormal=_is_lognormal(values), lent=lent
    )


def _is_lognormal(values: list[float]) -> bool:
    """Whether the logarithms (sorted) pass Lilliefors' test at 5 %."""
    logs = [math.log(value) for value in values]
    many = len(logs)
    if many < FEW:
        return True
    mean = math.fsum(logs) / many
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in logs) / (many - 1))
    if spread == 0:
        return False
    far = 0.0
    for place, value in enumerate(logs):
        expected = 0.5 * math.erfc(-(value - mean) / spread / math.sqrt(2))
        far = max(far, (place + 1) / many - expected, expected - place / many)
    return far * math.sqrt(many) < _LILLIEFORS


def paces(done: Iterable[Handled]) -> list[Pace]:
    """By group, most items first; groups of fewer than ``FEW`` items are left out."""
    logs: dict[str, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
    for each in done:
        if 0 < each.seconds <= _MOST:
            logs[each.queue].append((each.groups, math.log(each.seconds)))
    apart: dict[str, list[float]] = defaultdict(list)
    for entries in logs.values():
        mean = math.fsum(value for _, value in entries) / len(entries)
        for groups, value in entries:
            for group in groups:
                apart[group].append(value - mean)
    found = []
    for group, values in apart.items():
        many = len(values)
        if many < FEW:
            continue
        mean = math.fsum(values) / many
        error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (many - 1) / many)
        half = student(0.975, many - 1) * error
        found.append(
            Pace(group=group, items=many, pace=math.exp(mean), low=math.exp(mean - half), high=math.exp(mean + half))
        )
    return sorted(found, key=lambda each: (-each.items, each.group))
