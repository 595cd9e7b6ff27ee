"""The pictures, videos and streams of an item as the veiled viewer shows them: what the media store holds of an item version.

An installation without the store (or an item whose media it has not fetched) shows them as cards that load nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def views(item_version: str) -> list[Any]:
    """``MediaView`` of each stored medium (``items.media.queries.views``); empty while there is no store."""
    try:
        store = import_module("watchfloor.items.media.queries")
    except ModuleNotFoundError:
        return []
    found: list[Any] = store.views(item_version)
    return found
