"""Banks of known content: fingerprints of what was judged before, what a match with one does, and how good it is at that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from watchfloor.detection.banks.contracts import Match


def look_up(kind: str, value: str, banks: Collection[str] | None = None, radius: int | None = None) -> list[Match]:
    """What is known of a value; see ``lookup.look_up``."""
    from watchfloor.detection.banks import lookup  # tables are there only once Django is set up

    return lookup.look_up(kind, value, banks=banks, radius=radius)
