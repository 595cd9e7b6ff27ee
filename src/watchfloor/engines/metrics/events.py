"""What holidays and planned events did to a series before, so that a forecast may count on them and the rest is not misled by them.

The series is smoothed as if the days of events had not been (the expected value stands in for them); what they were off by is
regressed on the events, drawn towards nought as far as other days are off as much. All on the scale of the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from watchfloor.kernel.errors import BadInput

_LEAST_LIKELY = 0.1  # of the noise's variance: effects are never held to be less likely than that


class Known(NamedTuple):
    """Effects of events.

    Attributes:
        names: of the events.
        effects: of one unit of each.
        errors: their standard errors.
    """

    names: tuple[str, ...]
    effects: list[float]
    errors: list[float]

    def at(self, events: Mapping[str, Sequence[float]], place: int) -> float:
        """What the events of a step add up to."""
        return math.fsum(effect * events[name][place] for name, effect in zip(self.names, self.effects, strict=True))

    def unsure(self, events: Mapping[str, Sequence[float]], place: int) -> float:
        """Standard error of that sum."""
        pairs = zip(self.names, self.errors, strict=True)
        return math.sqrt(math.fsum((error * events[name][place]) ** 2 for name, error in pairs))


NOTHING = Known((), [], [])


def checked(events: Mapping[str, Sequence[float]] | None, length: int) -> dict[str, list[float]]:
    """Events as lists of ``length`` numbers.

    Raises:
        BadInput: one is shorter than the series with its horizon, or holds a number that is none.
    """
    found = {}
    for name, values in (events or {}).items():
        if len(values) < length:
            raise BadInput(
                "short_event",
                f"Event {name!r} has {len(values)} values; it needs one for each step of the series and of the horizon ({length}).",
                where=name,
            )
        found[name] = [float(each) for each in values[:length]]
        if not all(map(math.isfinite, found[name])):
            raise BadInput("not_numbers", f"Event {name!r} holds something that is no finite number.", where=name)
    return found


def known(off: Sequence[tuple[int, float]], noise: float, events: Mapping[str, Sequence[float]]) -> Known:
    """Effects by least squares, drawn towards nought.

    Args:
        off: place and value less expected value, of the steps with an event.
        noise: variance of such a difference at other steps.
        events: each event's strength by place.
    """
    names = tuple(name for name in events if any(events[name][place] for place, _ in off))
    if not names:
        return NOTHING
    rows = [[events[name][place] for name in names] for place, _ in off]
    # Days of events scatter by the noise and by their effects; the less the effects, the more they are drawn towards nought.
    square = math.fsum(gap * gap for _, gap in off) / len(off)
    draw = noise / max(square - noise, _LEAST_LIKELY * noise) if noise else 1e-9
    inner = [
        [math.fsum(row[a] * row[b] for row in rows) + draw * (a == b) for b in range(len(names))]
        for a in range(len(names))
    ]
    aims = [math.fsum(row[a] * gap for row, (_, gap) in zip(rows, off, strict=True)) for a in range(len(names))]
    columns = [[float(a == b) for a in range(len(names))] for b in range(len(names))]
    effects = _solved(inner, aims)
    inverse = [_solved(inner, column) for column in columns]
    return Known(names, effects, [math.sqrt(max(inverse[a][a], 0.0) * noise) for a in range(len(names))])


def _solved(table: Sequence[Sequence[float]], aims: Sequence[float]) -> list[float]:
    """Gauss's elimination; the table is symmetric and above nought."""
    rows = [[*row, aim] for row, aim in zip(table, aims, strict=True)]
    for at, row in enumerate(rows):
        for other in rows[at + 1 :]:
            factor = other[at] / row[at]
            for place in range(at, len(row)):
                other[place] -= factor * row[place]
    found = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        rest = math.fsum(rows[at][place] * found[place] for place in range(at + 1, len(rows)))
        found[at] = (rows[at][-1] - rest) / rows[at][at]
    return found
