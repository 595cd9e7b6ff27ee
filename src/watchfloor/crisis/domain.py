"""The levels of the protocol, and when each audience must hear something again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec


class Level(msgspec.Struct, frozen=True):
    """``every``: an audience hears something at least this often (None: no clock)."""

    number: int
    every: timedelta | None


LEVELS: Final = {
    1: Level(1, None),  # looked out for
    2: Level(2, timedelta(hours=4)),  # content of it goes round here: its hashes are banked
    3: Level(3, timedelta(hours=1)),  # it goes round everywhere: hashes are shared with others
}


def next_update(level: int, since: datetime, sent: Sequence[datetime]) -> datetime | None:
    """When the next update is due: counted from the last one, or from when the level was set if that is later."""
    every = LEVELS[level].every if level in LEVELS else None
    return None if every is None else max([since, *sent]) + every


def longest_silence(start: datetime, end: datetime, sent: Sequence[datetime]) -> timedelta:
    """The longest time an audience heard nothing between two moments."""
    moments = [start, *sorted(each for each in sent if start <= each <= end), end]
    return max((later - earlier for earlier, later in pairwise(moments)), default=timedelta(0))
