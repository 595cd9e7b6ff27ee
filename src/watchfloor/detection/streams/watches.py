"""Which streams are watched, from the platform's word that one goes on at an address to its word that it is over; shared by lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from watchfloor.detection.streams import ring
from watchfloor.detection.streams.events import WatchAsked, WatchBegan, WatchBroke, WatchEnded
from watchfloor.detection.streams.models import Watch
from watchfloor.detection.streams.options import options
from watchfloor.identity.domain import system
from watchfloor.items import live
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer, writing

ACTOR = system("streams")
OPEN = ("waiting", "watching", "broken")
LEASE = timedelta(seconds=20)  # a worker that died leaves its streams to others after so long
PAUSES = (2, 5, 10, 30, 60, 120)  # seconds after each failed try; the last one again and again
GIVE_UP = timedelta(minutes=30)  # a stream of which nothing could be read for so long is not tried any more
LONGEST = 2_000  # characters of an address
_CLAIM = """
UPDATE detection_stream_watch SET holder = %s, lease_until = %s, next_at = %s WHERE id IN (
  SELECT id FROM detection_stream_watch
  WHERE next_at <= %s AND state IN ('waiting', 'watching', 'broken') AND (lease_until IS NULL OR lease_until < %s)
  ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id"""
_KEEP = """
UPDATE detection_stream_watch SET lease_until = %s, next_at = %s, frames = %s, last_second = %s, last_frame_at = %s
WHERE id = %s AND holder = %s AND state IN ('waiting', 'watching', 'broken')"""


def noticed(versions: Sequence[ItemVersion]) -> None:
    """New versions of items: a stream that goes on is watched, one that is over is not any more."""
    if not options().watch:
        return
    for version in versions:
        item = version.item
        if version.erased_at is None and item.current_version == version.pk and live.may_be_live(item.type_key):
            with writing(ACTOR) as w:
                changed(w, item, version)


def changed(w: Writer, item: Item, version: ItemVersion) -> Watch | None:
    """Begin, go on with or end the watch of one item by its newest version."""
    row = Watch.objects.select_for_update().filter(item=item, state__in=OPEN).first()
    now_on = live.of_data(item.type_key, version.data)
    if now_on is None:
        if row is not None:
            end(w, row, "told", "The platform said that it is over.")
        return None
    if not now_on.url or len(now_on.url) > LONGEST:
        return row
    if row is None:
        return _ask(w, item, version.pk, now_on.url)
    if row.url != now_on.url:
        end(w, row, "moved", "The platform gave another address.")
        return _ask(w, item, version.pk, now_on.url)
    return row


def _ask(w: Writer, item: Item, version: str, url: str) -> Watch:
    pk = new_id()
    now = clock.now()
    row = w.create(
        Watch, id=pk, item=item, item_version=version, url=url, state=Watch.State.WAITING, began_at=now, next_at=now,
        key=ring.new_key(pk),
    )  # fmt: skip
    w.event(WatchAsked(host=_host(url)), row, item_version=version)
    return row


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:100]
    except ValueError:
        return ""


def claim(holder: str, limit: int) -> list[UUID]:
    """Take up to so many streams that nobody reads."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [holder, now + LEASE, now + LEASE, now, now, limit])
        return [row[0] for row in cursor.fetchall()]


def keep(watch: Watch, holder: str) -> bool:
    """Hold on to it, and note how far it came; False when it is over or somebody else's."""
    until = clock.now() + LEASE
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [until, until, watch.frames, watch.last_second, watch.last_frame_at, watch.pk, holder])
        return bool(cursor.rowcount)


def held(pk: UUID, holder: str) -> Watch | None:
    """The row, locked, if it is still this worker's."""
    return Watch.objects.select_for_update().filter(pk=pk, holder=holder, state__in=OPEN).first()


def began(pk: UUID, holder: str) -> None:
    """A frame of it was looked at."""
    with writing(ACTOR) as w:
        row = held(pk, holder)
        if row is not None and row.state != Watch.State.WATCHING:
            again = row.state == Watch.State.BROKEN
            w.update(row, state=Watch.State.WATCHING, why="", why_code="", attempts=0)
            w.event(WatchBegan(again=again), row, item_version=row.item_version)


def broke(pk: UUID, holder: str, code: str, why: str) -> None:
    """It cannot be read now: tried again after a pause that grows, until nothing could be read for too long."""
    now = clock.now()
    with writing(ACTOR) as w:
        row = held(pk, holder)
        if row is None:
            return
        if now - (row.last_frame_at or row.began_at) > GIVE_UP:
            end(w, row, code, why, refused=True)
            return
        pause = timedelta(seconds=PAUSES[min(row.attempts, len(PAUSES) - 1)])
        Watch.objects.filter(pk=pk).update(attempts=row.attempts + 1, next_at=now + pause, holder="", lease_until=None)
        if row.state != Watch.State.BROKEN or row.why_code != code[:40]:  # a break is said once, not at each try
            w.update(row, state=Watch.State.BROKEN, why=why[:300], why_code=code[:40])
            w.event(WatchBroke(code=code[:40]), row, item_version=row.item_version)


def finish(pk: UUID, holder: str, code: str, why: str, *, refused: bool = False) -> None:
    """It came to its end, or will never be read."""
    with writing(ACTOR) as w:
        row = held(pk, holder)
        if row is not None:
            end(w, row, code, why, refused=refused)


def let_go(pk: UUID, holder: str) -> None:
    """This worker stops: whoever is next may have it at once."""
    Watch.objects.filter(pk=pk, holder=holder, state__in=OPEN).update(holder="", lease_until=None, next_at=clock.now())


def end(w: Writer, row: Watch, code: str, why: str, *, refused: bool = False) -> None:
    """Nobody reads it any more."""
    state = Watch.State.REFUSED if refused else Watch.State.OVER
    w.update(
        row,
        state=state,
        why=why[:300],
        why_code=code[:40],
        ended_at=clock.now(),
        next_at=None,
        holder="",
        lease_until=None,
    )
    event = WatchEnded(code=code[:40], frames=row.frames, seconds=round(row.last_second, 1))
    w.event(event, row, item_version=row.item_version)
