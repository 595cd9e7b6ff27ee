"""The loops of this context: media are fetched and opened, new versions get the keys under which equal things meet."""

from __future__ import annotations

from watchfloor.items import keying
from watchfloor.items.media import work
from watchfloor.platform.loops import WORK, loop


@loop("items.media", idle=1.0, place=WORK)
def media() -> int:
    """See ``items.media.work``."""
    return work.work()


@loop("items.prints", idle=60.0, place=WORK)
def print_missing() -> int:
    """Media from before fingerprints were kept get theirs, a few at a time."""
    return len(work.print_missing(4))


@loop("items.keys", idle=1.0, place=WORK)
def note_keys() -> int:
    """Key versions that have none yet."""
    return keying.note_new()
