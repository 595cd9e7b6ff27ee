"""Which items show a medium, or one near it: what "seen before" means among one's own items. Asks for no rights: its callers do.

Restricted media are neither asked for nor found, unless the caller names their clearances.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from watchfloor.items.media import near
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item, ItemVersion


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """An item shows a medium: since when, and how far it is from the one asked for (0: the same bytes, or the same picture)."""

    item_id: UUID
    media_id: UUID
    at: datetime
    distance: int


def media_of(item_version: str, *, open_to: Collection[str] = ("",)) -> list[UUID]:
    """The media an item version shows that are ready, each once, in their order."""
    links = MediaLink.objects.filter(
        item_version=item_version, media__state=Media.State.READY, media__clearance__in=open_to
    )
    return list(dict.fromkeys(links.order_by("id").values_list("media_id", flat=True)))


def sightings(media_id: UUID, *, open_to: Collection[str] = ("",), most: int = 20_000) -> list[Sighting]:
    """Every item that shows this medium or one near it, nearest first, then the oldest; each item once, at its nearest."""
    distances = {media_id: 0}
    for each in near.near(media_id, open_to=open_to):
        distances[each.media_id] = each.distance
    links = MediaLink.objects.filter(media__in=distances).order_by("id").values_list("item_version", "media_id")[:most]
    shown: dict[str, UUID] = {}
    for version, media in links:
        if version not in shown or distances[media] < distances[shown[version]]:
            shown[version] = media
    rows = ItemVersion.objects.filter(pk__in=list(shown), erased_at__isnull=True)
    found: dict[UUID, Sighting] = {}
    for version, item, at in rows.values_list("pk", "item_id", "seen_at"):
        media = shown[version]
        made = Sighting(item_id=item, media_id=media, at=at, distance=distances[media])
        known = found.get(item)
        if known is None or (made.distance, made.at) < (known.distance, known.at):
            found[item] = made
    return sorted(found.values(), key=lambda each: (each.distance, each.at, each.item_id))


def items_near(item: Item, most: int) -> list[UUID]:
    """Other items that show a medium of this one, or one near it; nearest first."""
    found: dict[UUID, int] = {}
    for media in media_of(item.current_version) if item.current_version else ():
        for each in sightings(media):
            if each.item_id != item.pk:
                found[each.item_id] = min(each.distance, found.get(each.item_id, each.distance))
    return sorted(found, key=lambda pk: (found[pk], pk))[:most]
