"""The loops of banks: the index follows the entries, what came in is matched, retro-matches are worked, verdicts are learned."""

from __future__ import annotations

from importlib.util import find_spec

from watchfloor.detection.banks import indexes, learning, matching, retro_work
from watchfloor.platform.loops import EACH, WORK, loop


def arrays_here() -> bool:
    """Whether what hashes are compared with is installed; without it there are none."""
    return find_spec("numpy") is not None


@loop("banks.index", idle=0.25, place=EACH)
def index() -> int:
    """Take new, changed and removed entries into the index."""
    return indexes.follow() if arrays_here() else 0


@loop("banks.match", idle=0.25, place=WORK)
def match() -> int:
    """Hold what came in against the banks."""
    return matching.work()


@loop("banks.learn", idle=2.0)
def learn() -> int:
    """What people decide confirms or rejects matches."""
    return learning.follow()


@loop("banks.retro", idle=1.0, place=WORK)
def search_back() -> int:
    """Entries are held against the last days, and what was found is done or undone."""
    return retro_work.work() if arrays_here() else 0
