"""What was shown around a match is kept: the stream's own bytes as a medium of the item, held where the policy is severe or restricted.

Twice: what came up to the match at once, for whoever reads may die the next moment; and when what comes after it is there, the whole in its
place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from watchfloor.detection.streams import watches
from watchfloor.detection.streams.events import StreamClipKept
from watchfloor.detection.streams.models import Hit, Watch
from watchfloor.detection.streams.reading.pipe import Piece
from watchfloor.items.media import actions, store
from watchfloor.items.media.fetch import Refused
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer, writing

FIELD = "stream_clip"  # of the item version that carries it
SEVERE = 4  # from here on a clip cannot be erased for a time


class Recent:
    """The last seconds of a stream as they came, bounded in bytes, in the worker's memory."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._pieces: deque[tuple[float, Piece]] = deque()
        self._size = 0

    def add(self, piece: Piece, second: float) -> None:
        """A piece that was handed to the reader when the stream had come to this second."""
        if piece.fresh and piece.head:
            self._pieces.clear()  # another container: one clip cannot hold both
            self._size = 0
        self._pieces.append((second, piece))
        self._size += len(piece.data)
        while len(self._pieces) > 1 and (self._size > self._most or second - self._pieces[1][0] > self._seconds):
            self._size -= len(self._pieces.popleft()[1].data)

    def clip(self) -> tuple[bytes, float] | None:
        """A file of what there is, from the first place where one may begin, and its second; None where there is no such place."""
        pieces = list(self._pieces)
        while pieces and not pieces[0][1].cut:
            pieces.pop(0)
        if not pieces:
            return None
        return pieces[0][1].head + b"".join(piece.data for _, piece in pieces), pieces[0][0]


def keep(
    watch: Watch,
    hits: Sequence[Hit],
    clip: tuple[bytes, float] | None,
    most: int,
    hold_days: int,
    *,
    early: Sequence[Media] = (),
) -> Media | None:
    """Keep a clip for these matches; held for so many days if one of them is severe or restricted. None when nothing could be kept.

    ``early``: clips of them that this one holds within, and which go.
    """
    if clip is None or not hits:
        return None
    data, second = clip
    file = store.Incoming(max(most, len(data)) + 1)
    try:
        file.write(data)
        file.finish()
    except Refused:
        file.abandon()
        return None
    severe = any(hit.severity >= SEVERE or hit.clearance for hit in hits)
    until = clock.now() + timedelta(days=hold_days) if severe else None
    clearance = ",".join(sorted({hit.clearance for hit in hits if hit.clearance}))
    with writing(watches.ACTOR, reason="known content in a live stream") as w:
        media = actions.received(w, file, how="stream", source="stream")
        if clearance:
            actions.restrict(w, media, clearance)
        place = MediaLink.objects.filter(item_version=watch.item_version, field=FIELD).count()
        rows.insert([actions.link(watch.item_version, FIELD, place, media)], unless_known=True)
        for hit in hits:
            w.update(hit, clip=media, hold_until=until)
        event = StreamClipKept(
            media=encode("med", media.pk),
            bytes=len(data),
            held_days=hold_days if severe else 0,
            seconds=round(second, 1),
        )
        w.event(event, watch, case_id=hits[0].case_id, item_version=watch.item_version)
        for each in early:
            if each.pk != media.pk:
                _drop(w, watch, each)
    return media


def _drop(w: Writer, watch: Watch, early: Media) -> None:
    """A clip that a longer one has taken the place of; one that something else points to stays."""
    early = Media.objects.select_for_update().get(pk=early.pk)
    MediaLink.objects.filter(media=early, item_version=watch.item_version, field=FIELD).delete()
    pointed = MediaLink.objects.filter(media=early).exists() or Hit.objects.filter(clip=early).exists()
    if early.state != Media.State.GONE and not pointed:
        actions.erase(w, early, why="a longer clip of the same moment is kept")


def why_held(items: Sequence[UUID]) -> str:
    """For ``items.holds``: an item of which a clip is held cannot be erased before its time."""
    held = Hit.objects.filter(watch__item__in=list(items), hold_until__gt=clock.now()).order_by("-hold_until").first()
    if held is None:
        return ""
    return f"its live stream showed known content; the clip is kept until {held.hold_until:%Y-%m-%d}."
