"""Loops of items: what new versions have in common with others."""

from __future__ import annotations

from watchfloor.items import keying
from watchfloor.platform.loops import loop


@loop("items.keys", idle=1.0)
def note_keys() -> int:
    """Key versions that have none yet."""
    return keying.note_new()
