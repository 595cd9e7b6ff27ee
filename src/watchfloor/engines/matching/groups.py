"""Pairs that are alike become groups, each with the member that stands for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Group(NamedTuple):
    """Places of the members in order, the one that stands for them first named: whoever has most neighbours, the earliest of equals."""

    representative: int
    members: tuple[int, ...]


def groups(count: int, pairs: Iterable[tuple[int, int]]) -> list[Group]:
    """What hangs together by pairs of places below ``count``, groups of two and more, the largest first."""
    parent = list(range(count))
    neighbours = [0] * count

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    for left, right in pairs:
        neighbours[left] += 1
        neighbours[right] += 1
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    found: dict[int, list[int]] = {}
    for place in range(count):
        found.setdefault(root(place), []).append(place)
    made = [
        Group(max(members, key=lambda place: (neighbours[place], -place)), tuple(members))
        for members in found.values()
        if len(members) > 1
    ]
    return sorted(made, key=lambda group: (-len(group.members), group.members[0]))
