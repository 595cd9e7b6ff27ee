"""What may be told of a group: nothing that stands for fewer than five people, however answers are added and subtracted.

The people of a week are laid out as a tree (everyone, vendors, teams). For each figure by itself the tree is cut into *cells* that do
not overlap: a vendor or team whose figure five or more people contributed to, and beside it one remainder for what is left. A
remainder of one to four people would be found by subtraction, so the smallest neighbours are folded into it until it is five or
more. Only cells are ever published. Every answer is a sum or a difference of cells, so it stands for whole cells: for nobody, or for
at least five people. That is the whole proof, and a property test repeats it by brute force.

Two more ways to subtract are closed by what is not published: weeks are whole and do not overlap (no running week, no sliding
window), and no figure is the sum of other figures (severities are published one by one).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

import msgspec

LEAST: Final = 5  # people; a constant on purpose: it is a promise, not a setting
SEVERAL: Final = "several"  # the remainder: more than one vendor, or more than one team


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one person contributed to one figure of a week, in one team of one vendor."""

    person: UUID
    vendor: str
    team: str
    amount: int


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that may be published. ``team`` is ``""`` for a vendor that has no teams of five; ``people`` >= ``LEAST``."""

    vendor: str
    team: str
    amount: int
    people: int


def cells(parts: Iterable[Part]) -> list[Cell]:
    """The cells of one figure; parts of zero contribute nothing. Empty when fewer than five people contributed at all."""
    given = [part for part in parts if part.amount]
    if _people(given) < LEAST:
        return []
    found = []
    for vendor, own in _cut(given, lambda part: part.vendor):
        if vendor == SEVERAL:
            found.append(_cell(SEVERAL, "", own))
            continue
        teams = _cut(own, lambda part: part.team)
        found += [_cell(vendor, "" if len(teams) == 1 else team, rows) for team, rows in teams]
    return found


def _cut(parts: list[Part], name: Callable[[Part], str]) -> list[tuple[str, list[Part]]]:
    """Groups of five or more, and one remainder of five or more (or none at all)."""
    groups: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        groups[name(part)].append(part)
    order = sorted(groups, key=lambda key: (_people(groups[key]), key))
    rest: list[Part] = []
    told: list[tuple[str, list[Part]]] = []
    for key in order:  # the smallest first: what is too small, and what hides it, lies at the beginning
        if _people(groups[key]) < LEAST or 0 < _people(rest) < LEAST:
            rest += groups[key]
        else:
            told.append((key, groups[key]))
    return [*told, (SEVERAL, rest)] if rest else told


def _cell(vendor: str, team: str, parts: list[Part]) -> Cell:
    return Cell(vendor=vendor, team=team, amount=sum(part.amount for part in parts), people=_people(parts))


def _people(parts: list[Part]) -> int:
    return len({part.person for part in parts})
