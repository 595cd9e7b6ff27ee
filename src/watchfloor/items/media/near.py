"""Own media that are near one: the same picture or video saved again, shrunk or slightly changed. Exact within the radius.

Pictures are compared by PDQ with and without bars, videos by up to ``ASKED`` of their frames spread over the time: another medium is near
when at least ``SHARE`` of these are found in it. So a picture is found in the video it was taken from, not the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec
from django.db import connection, transaction

from watchfloor.engines.matching.pdq import ENOUGH, RADIUS
from watchfloor.items.media import prints
from watchfloor.items.media.bands import asked_for
from watchfloor.items.media.contracts import Print
from watchfloor.items.media.models import Media

ASKED = 12
SHARE = 0.5
MOST = 50_000  # candidates that are compared with one print
_FIND = "SELECT media_id, bits FROM items_media_print WHERE bands && %s::int[] LIMIT %s"


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """Another medium: the smallest distance in bits, and the share of the pictures asked for that are in it."""

    media_id: UUID
    distance: int
    share: float


def near(media_id: UUID, *, radius: int = RADIUS, open_to: Collection[str] = ("",)) -> list[Near]:
    """The media near one, nearest first; not itself. Only those whose clearance is in ``open_to`` (by default: none needed).

    Erased media have no prints and are never found.
    """
    found = near_prints(prints.of_media(media_id), radius=radius)
    rows = Media.objects.filter(pk__in=found.keys() - {media_id}, clearance__in=open_to, state=Media.State.READY)
    known = set(rows.values_list("pk", flat=True))
    return sorted((each for pk, each in found.items() if pk in known), key=lambda each: (each.distance, each.media_id))


def near_prints(own: Iterable[Print], *, radius: int = RADIUS) -> dict[UUID, Near]:
    """Likewise of prints alone, whatever the clearance: by medium."""
    moments = chosen(own)
    if not moments:
        return {}
    hits: dict[UUID, dict[float, int]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # three rows in four are expected, where one in 250 comes
        for seconds, bits in moments.items():
            for each in bits:  # one by one: what is found by one moment need not be compared with the others
                mine = int.from_bytes(each, "big")
                cursor.execute(_FIND, [asked_for(each), MOST])
                for media, theirs in cursor.fetchall():
                    apart = (mine ^ int.from_bytes(theirs, "big")).bit_count()
                    if apart <= radius:
                        known = hits.setdefault(media, {})
                        known[seconds] = min(apart, known.get(seconds, apart))
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return {
        media: Near(media_id=media, distance=min(by.values()), share=len(by) / len(moments))
        for media, by in hits.items() if len(by) >= SHARE * len(moments)
    }  # fmt: skip


def chosen(own: Iterable[Print]) -> dict[float, list[bytes]]:
    """What is asked for, by moment: of a picture all there is, of a video frames spread over the time. Only prints that say enough."""
    by: dict[float, list[bytes]] = {}
    said = [each for each in own if each.quality >= ENOUGH]
    pictures = [each for each in said if each.kind == "pdq"]
    for each in pictures or said:
        by.setdefault(each.seconds, []).append(each.bits)
    moments = sorted(by)
    step = max(1, -(-len(moments) // ASKED))
    return {seconds: by[seconds] for seconds in moments[step // 2 :: step]}
