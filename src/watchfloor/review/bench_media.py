"""The pictures, videos and streams of an item as the veiled viewer shows them: what the media store holds of an item version.

An item whose media nobody has sent or fetched shows them as cards that load nothing.
"""

from __future__ import annotations

from watchfloor.identity.domain import Actor
from watchfloor.items.media import queries
from watchfloor.items.media.contracts import MediaView


def views(item_version: str, actor: Actor) -> list[MediaView]:
    """Each stored medium this actor may see, in the item's order; the caller has asked whether the case may be seen."""
    return queries.views(item_version, actor) if item_version else []
