"""The loop of this context: media are fetched and opened."""

from __future__ import annotations

from watchfloor.items.media import work
from watchfloor.platform.loops import loop


@loop("items.media", idle=1.0)
def media() -> int:
    """See ``items.media.work``."""
    return work.work()
