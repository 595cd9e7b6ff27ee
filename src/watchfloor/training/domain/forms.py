"""Parallel forms of an exam: drawn from the bank by blueprint, each time the same for the same form; pure.

Form *n* takes the questions after those of form *n-1* in an order that depends on the seed alone, so that forms share as few
questions as the bank allows, and a second attempt on the next form asks other ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput

MOST = 200


class Cell(msgspec.Struct, frozen=True):
    """One line of a blueprint: so many questions of a topic, of a difficulty (0: of any)."""

    topic: str
    count: int
    difficulty: int = 0


class Candidate(msgspec.Struct, frozen=True):
    """A question that could be asked."""

    id: str
    topic: str
    difficulty: int


def cells(blueprint: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """A blueprint as it is stored, checked. Raises ``BadInput`` for the first thing wrong with it."""
    found = []
    for index, row in enumerate(blueprint):
        try:
            cell = msgspec.convert(dict(row), Cell)
        except msgspec.ValidationError as error:
            raise BadInput("bad_blueprint", f"A line of the blueprint cannot be read: {error}.", where=f"blueprint[{index}]",
                           hint="A line has topic, count and perhaps difficulty.") from None  # fmt: skip
        if not cell.topic or not 1 <= cell.count <= MOST or not 0 <= cell.difficulty <= 3:
            raise BadInput("bad_blueprint", "A line of the blueprint needs a topic, a count from 1 and a difficulty from 0 to 3.",
                           where=f"blueprint[{index}]")  # fmt: skip
        found.append(cell)
    if not found:
        raise BadInput("empty_blueprint", "An exam asks at least one question.", where="blueprint")
    return found


def draw(bank: Sequence[Candidate], blueprint: Sequence[Cell], *, form: int, seed: str) -> list[str]:
    """The questions of form ``form`` (from 0), in the order they are asked. The order of ``bank`` does not matter.

    Raises ``BadInput("short_bank")``, which names the line, when the bank has too few questions for a line.
    """
    chosen: list[str] = []
    # The lines that name a difficulty choose first: one for any difficulty would take what only they can use.
    for number, cell in sorted(enumerate(blueprint), key=lambda pair: (pair[1].difficulty == 0, pair[0])):
        fitting = sorted(
            (each.id for each in bank if each.topic == cell.topic and cell.difficulty in (0, each.difficulty)),
            key=lambda name: _mixed(seed, name),
        )
        free = [name for name in fitting if name not in chosen]
        if len(free) < cell.count:
            raise BadInput(
                "short_bank",
                f"The bank has {len(free)} questions on {cell.topic!r} that could be asked; the exam needs {cell.count}.",
                where=f"blueprint[{number}]",
                hint="Write and approve more, or ask fewer.",
            )
        start = form * cell.count % len(free)
        chosen += (free[start:] + free[:start])[: cell.count]
    return sorted(chosen, key=lambda name: _mixed(f"{seed}/{form}", name))


def shuffled(options: Sequence[str], seed: str) -> list[str]:
    """Options in an order that is the same for one sitting."""
    return sorted(options, key=lambda option: _mixed(seed, option))


def _mixed(seed: str, name: str) -> str:
    return hashlib.sha256(f"{seed}\x00{name}".encode()).hexdigest()
