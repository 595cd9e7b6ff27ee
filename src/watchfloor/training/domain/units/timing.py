"""How the minutes of a unit are laid out over its sections: activities take what they say, the rest goes by length."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from watchfloor.training.domain.units.shape import Block, Case, Unit


class Timed(msgspec.Struct, frozen=True):
    """A stretch of the session. ``number``: of the activity (from 0), -1 for the other sections; ``start``: minutes from the beginning."""

    section: str
    number: int
    start: int
    minutes: int


def timed(unit: Unit) -> tuple[Timed, ...]:
    """The stretches in order; their minutes are the unit's. A section with nothing in it has no stretch."""
    weights: list[tuple[str, float]] = [("aim", max(30, _length(unit.aim)))]
    weights.append(("explanation", max(60, sum(_length(part.blocks) for part in unit.explanation))))
    for name, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
        if cases:
            weights.append((name, sum(_case(case) for case in cases)))
    if unit.questions:
        weights.append(("questions", 150.0 * len(unit.questions)))
    free = max(0, unit.minutes - sum(activity.minutes for activity in unit.activities))
    shares = dict(zip([name for name, _ in weights], _whole(free, [weight for _, weight in weights]), strict=True))
    found: list[Timed] = []
    start = 0
    for name in ("aim", "explanation", "examples", "edge-cases", "activities", "questions"):
        stretches = (
            [(number, activity.minutes) for number, activity in enumerate(unit.activities)]
            if name == "activities"
            else [(-1, shares[name])] if name in shares else []
        )  # fmt: skip
        for number, minutes in stretches:
            found.append(Timed(name, number, start, minutes))
            start += minutes
    return tuple(found)


def _length(blocks: Sequence[Block]) -> float:
    return float(sum(len(text) for block in blocks for text in block.texts))


def _case(case: Case) -> float:
    return 60.0 + len(case.shown) + _length(case.why)


def _whole(total: int, weights: Sequence[float]) -> list[int]:
    """Whole minutes in proportion, by largest remainders."""
    exact = [total * weight / sum(weights) for weight in weights]
    found = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda index: (found[index] - exact[index], index))
    for index in order[: total - sum(found)]:
        found[index] += 1
    return found
