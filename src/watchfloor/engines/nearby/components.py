"""What hangs together: the connected parts of a graph, each named by its first member."""

from __future__ import annotations

from collections.abc import Iterable


class Parts:
    """Places that can be joined. The root of a part is its smallest place."""

    def __init__(self, size: int = 0) -> None:
        self._parent = list(range(size))

    def root(self, place: int) -> int:
        """The smallest place of the part that ``place`` belongs to."""
        parent = self._parent
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """The two of each pair belong together."""
        parent, root = self._parent, self.root
        for left, right in pairs:
            left, right = root(left), root(right)
            if left < right:
                parent[right] = left
            elif right < left:
                parent[left] = right

    def roots(self) -> list[int]:
        """The root of each place."""
        parent = self._parent
        for place, above in enumerate(parent):  # above comes before, so it knows its root by now
            if above != place:
                parent[place] = parent[above]
        return parent.copy()
