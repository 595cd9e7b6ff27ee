"""Pairs that are alike become groups, each with the member that stands for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from watchfloor.engines.nearby.components import Parts


class Group(NamedTuple):
    """Places of the members in order, the one that stands for them first named: whoever has most neighbours, the earliest of equals."""

    representative: int
    members: tuple[int, ...]


def groups(count: int, pairs: Iterable[tuple[int, int]]) -> list[Group]:
    """What hangs together by pairs of places below ``count``, groups of two and more, the largest first."""
    parts = Parts(count)
    neighbours = [0] * count
    for left, right in pairs:
        neighbours[left] += 1
        neighbours[right] += 1
        parts.join([(left, right)])
    found: dict[int, list[int]] = {}
    for place, root in enumerate(parts.roots()):
        found.setdefault(root, []).append(place)
    made = [
        Group(max(members, key=lambda place: (neighbours[place], -place)), tuple(members))
        for members in found.values()
        if len(members) > 1
    ]
    return sorted(made, key=lambda group: (-len(group.members), group.members[0]))
