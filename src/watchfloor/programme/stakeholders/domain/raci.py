"""Who answers for what, and what is missing: one answers for it, somebody does it, those who can stop it were thought of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

LETTERS: Final = ("R", "A", "C", "I")


class Cell(msgspec.Struct, frozen=True):
    """One stakeholder's letter; ``weight`` is influence, ``stake`` interest (1 to 3)."""

    name: str
    letter: str
    weight: int = 2
    stake: int = 2


class Gap(msgspec.Struct, frozen=True):
    """What is missing. ``kind``: accountable | responsible | silent (great influence and interest, and no letter)."""

    kind: str
    name: str = ""


def check_letter(letter: str) -> str:
    """R, A, C, I, or "" for none."""
    letter = letter.strip().upper()
    if letter and letter not in LETTERS:
        raise BadInput("bad_letter", f"There is no letter {letter[:5]!r}.", where="letter", hint="R, A, C, I")
    return letter


def gaps(cells: Iterable[Cell]) -> list[Gap]:
    """What is missing, worst first."""
    found = list(cells)
    missing = []
    if not any(each.letter == "A" for each in found):
        missing.append(Gap("accountable"))
    if not any(each.letter in ("R", "A") for each in found):
        missing.append(Gap("responsible"))
    silent = (each for each in found if not each.letter and each.weight == 3 and each.stake == 3)
    return missing + [Gap("silent", each.name) for each in silent]
