"""Amounts that are not sure: an interval that was measured, a person's low-likely-high, and draws from both.

A measured amount is drawn from a normal distribution whose 95 % lie within its interval, and never below nothing. What a person
estimates is drawn from a PERT distribution (a beta between low and high whose mean is (low + 4 likely + high) / 6): Malcolm, Roseboom,
Clark and Fazar, Application of a technique for research and development program evaluation (1959).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from random import Random
from typing import Final

import msgspec

from watchfloor.engines.agreement.intervals import student
from watchfloor.kernel.errors import BadInput

ROUNDS: Final = 4_000
MONTH: Final = 30.4375  # days
_SPREAD: Final = 3.919927969080108  # widths of 95 % of a normal distribution, in its standard deviations


class Amount(msgspec.Struct, frozen=True):
    """What is expected, and the bounds of 95 %."""

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2

    def times(self, factor: float) -> Amount:
        """The same in another unit."""
        return Amount(self.value * factor, self.low * factor, self.high * factor)


class Guess(msgspec.Struct, frozen=True):
    """What a person estimates: the least, the likeliest, the most."""

    low: float
    likely: float
    high: float

    @property
    def mean(self) -> float:
        """What is expected of it."""
        return (self.low + 4 * self.likely + self.high) / 6


NOTHING: Final = Amount(0.0, 0.0, 0.0)


def guess(given: Mapping[str, str], name: str, *, most: float, least: float = 0.0) -> Guess:
    """A guess as three fields of a form (``share_low``, ``share_likely``, ``share_high``), in the unit they are typed in.

    Raises:
        BadInput: no number, out of bounds, or out of order; ``where`` is the field.
    """
    found = []
    for part in ("low", "likely", "high"):
        text = str(given.get(f"{name}_{part}", "")).strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise BadInput("bad_number", "Write a number.", where=f"{name}_{part}") from None
        if not least <= value <= most:  # also what is no number at all
            raise BadInput("bad_number", f"Write a number from {least:g} to {most:g}.", where=f"{name}_{part}")
        found.append(value)
    if not found[0] <= found[1] <= found[2]:
        raise BadInput("bad_order", "Low comes first, then likely, then high.", where=f"{name}_likely")
    return Guess(*found)


def a_month(days: Sequence[float], month: float = MONTH) -> Amount:
    """What a count comes to in a month, from its days; by whole weeks from three on, so that weekends do not look like doubt."""
    if not days:
        return NOTHING
    weeks = len(days) // 7
    size = 7 if weeks >= 3 else 1
    rows = [sum(days[at : at + size]) for at in range(len(days) % size, len(days), size)]
    mean = sum(days) / len(days)
    if len(rows) < 2:
        return Amount(mean * month, 0.0, 2 * mean * month)
    middle = sum(rows) / len(rows)
    spread = sum((row - middle) ** 2 for row in rows) / (len(rows) - 1)
    half = student(0.975, len(rows) - 1) * sqrt(spread / len(rows)) / size
    return Amount(mean * month, max(0.0, mean - half) * month, (mean + half) * month)


def product(one: Amount, other: Amount) -> Amount:
    """Of two amounts that do not hang together: shares of doubt add up as squares, each side by itself; never below nothing."""
    value = one.value * other.value
    if not value:
        return Amount(value, 0.0, one.high * other.high)
    below = sqrt(sum((1 - each.low / each.value) ** 2 for each in (one, other)))
    above = sqrt(sum((each.high / each.value - 1) ** 2 for each in (one, other)))
    return Amount(value, max(0.0, value * (1 - below)), value * (1 + above))


def effect(base: Amount, share: Guess, each: Guess | None = None, *, seed: int, rounds: int = ROUNDS) -> Amount:
    """Base x share (x each), by simulation: the mean of the draws, the bounds of the middle 95 %. The same seed, the same answer."""
    chance = Random(seed)  # noqa: S311 - a simulation that must repeat, no secret
    found = sorted(
        _measured(base, chance) * _guessed(share, chance) * (1.0 if each is None else _guessed(each, chance))
        for _ in range(rounds)
    )
    return Amount(sum(found) / rounds, _at(found, 0.025), _at(found, 0.975))


def together(parts: Sequence[tuple[float, Amount]]) -> Amount:
    """A weighted sum of amounts that do not hang together: the halves of their intervals add up as squares, each side by itself."""
    value = sum(weight * amount.value for weight, amount in parts)
    below = sqrt(sum((weight * (amount.value - amount.low)) ** 2 for weight, amount in parts))
    above = sqrt(sum((weight * (amount.high - amount.value)) ** 2 for weight, amount in parts))
    return Amount(value, value - below, value + above)


def _measured(base: Amount, chance: Random) -> float:
    if base.high <= base.low:
        return base.value
    return max(0.0, chance.gauss(base.value, (base.high - base.low) / _SPREAD))


def _guessed(given: Guess, chance: Random) -> float:
    width = given.high - given.low
    if width <= 0:
        return given.likely
    first, second = 1 + 4 * (given.likely - given.low) / width, 1 + 4 * (given.high - given.likely) / width
    return given.low + width * chance.betavariate(first, second)


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
