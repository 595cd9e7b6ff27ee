"""What comes first: RICE and WSJF from the sizing alone, and what changes in the order when the weights change.

Everything is turned into agent-hours a month by weights that the house sets: what a breach, a wrongful decision and a minute of
exposure are worth in minutes of an agent's work.

- worth W = (minutes + breaches x b + wrongful x w + exposure x e) / 60, with an interval.
- confidence C = 1 / (1 + h), h the half width of W's interval against W: nobody's gut.
- RICE = reach x impact x C / effort, reach the jobs touched in a month, impact the hours that each is worth (so reach x impact = W),
  effort in weeks of one person.
- WSJF = cost of delay / effort, cost of delay = value + urgency + risk: W; W again divided by the months until a window closes (nothing
  where none does); and what is harm in W (breaches, wrongful decisions, exposure) once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

import msgspec

from watchfloor.programme.improvements.domain.amounts import NOTHING, Amount, Guess, together

MINUTES: Final = ("agent_minutes", "lost_minutes")
HARMS: Final = ("breaches", "wrongful", "errors", "exposure")
FACTORS: Final = (0.5, 1.0, 2.0)


class Weights(msgspec.Struct, frozen=True):
    """What one of each is worth, in minutes of an agent's work."""

    breach: float = 30.0
    wrongful: float = 60.0
    exposure: float = 2.0

    def of(self, kind: str) -> float:
        """The weight of a quantity."""
        return {
            "breaches": self.breach,
            "wrongful": self.wrongful,
            "errors": self.wrongful,
            "exposure": self.exposure,
        }.get(kind, 1.0)


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as it is scored: its quantities a month, the jobs it touches, the weeks it takes, the months until its window closes."""

    key: str
    quantities: Mapping[str, Amount]
    reach: float
    effort: Guess | None
    months_left: float | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What it comes to; ``rice`` and ``wsjf`` are None while nothing is sized or nobody said what it takes."""

    worth: Amount  # agent-hours a month
    reach: float
    impact: float  # minutes for each job touched
    confidence: float
    effort: float | None
    value: float
    urgency: float
    risk: float
    rice: float | None
    wsjf: float | None

    @property
    def delay(self) -> float:
        """What a month's delay costs, in agent-hours."""
        return self.value + self.urgency + self.risk


class Place(msgspec.Struct, frozen=True):
    """Where a proposal stands, and the best and the worst place it takes when weights are halved or doubled."""

    key: str
    score: Score
    place: int
    best: int
    worst: int


def confidence(worth: Amount) -> float:
    """Of 0 to 1: a half for an interval as wide as to reach from nothing to twice the value."""
    return 0.0 if worth.value <= 0 else 1 / (1 + worth.half / worth.value)


def score(of: Sized, weights: Weights) -> Score:
    """One proposal."""
    counted = _once(of.quantities)
    worth = together([(weights.of(kind) / 60, amount) for kind, amount in counted.items()])
    sure = confidence(worth)
    risk = sum(counted.get(kind, NOTHING).value * weights.of(kind) for kind in HARMS) / 60
    urgency = 0.0 if of.months_left is None else worth.value / max(of.months_left, 0.25)
    weeks = of.effort.mean if of.effort is not None else None
    known = weeks is not None and weeks > 0 and bool(of.quantities)
    return Score(
        worth=worth, reach=of.reach, impact=worth.value * 60 / of.reach if of.reach else 0.0, confidence=sure, effort=weeks,
        value=worth.value, urgency=urgency, risk=risk,
        rice=worth.value * sure / weeks if known and weeks else None,
        wsjf=(worth.value + urgency + risk) / weeks if known and weeks else None,
    )  # fmt: skip


def _once(quantities: Mapping[str, Amount]) -> dict[str, Amount]:
    """What counts: cost is the minutes in money, and of decisions that were taken back and those that quality found wrong the more."""
    found = {kind: amount for kind, amount in quantities.items() if kind in (*MINUTES, *HARMS)}
    if "wrongful" in found and "errors" in found:
        del found["errors" if found["wrongful"].value >= found["errors"].value else "wrongful"]
    return found


def ranked(many: Sequence[Sized], weights: Weights, by: str = "rice") -> list[Place]:
    """In order, the highest score first; what cannot be scored comes last."""
    order = _order(many, weights, by)
    best, worst = dict(order), dict(order)
    for breach, wrongful, exposure in product(FACTORS, repeat=3):
        other = Weights(weights.breach * breach, weights.wrongful * wrongful, weights.exposure * exposure)
        for key, place in _order(many, other, by).items():
            best[key], worst[key] = min(best[key], place), max(worst[key], place)
    found = [Place(each.key, score(each, weights), order[each.key], best[each.key], worst[each.key]) for each in many]
    return sorted(found, key=lambda row: row.place)


def _order(many: Sequence[Sized], weights: Weights, by: str) -> dict[str, int]:
    scored = [(each.key, getattr(score(each, weights), by)) for each in many]
    scored.sort(key=lambda pair: (pair[1] is None, -(pair[1] or 0.0), pair[0]))
    return {key: place for place, (key, _value) in enumerate(scored, 1)}
