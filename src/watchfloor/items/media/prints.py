"""Fingerprints of media: kept beside them, told to who matches them, read again when something is banked later.

    @on_printed
    def match(w: Writer, printed: Printed) -> None: ...

They are made in the cage with the renditions (``decode.prints``), and go when the medium is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connection

from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.items.media.bands import bands_of
from watchfloor.items.media.contracts import Print, Printed, Row, Shown
from watchfloor.items.media.models import Media, MediaLink, MediaPrint
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer

Watcher = Callable[[Writer, Printed], object]
AT_ONCE = 5_000  # rows of a batch
_SOME = 500  # rows of one insert
_watchers: list[Watcher] = []


def on_printed(watcher: Watcher) -> Watcher:
    """Have ``watcher(w, printed)`` called in the transaction that makes a medium ready, and in the one that shows it again.

    Register in an app's ``ready``. What it raises keeps the medium from becoming ready: do what may fail, or takes long, elsewhere.
    """
    if watcher not in _watchers:
        _watchers.append(watcher)
    return watcher


def keep(w: Writer, media: Media, prints: Iterable[Print]) -> None:
    """Put a medium's prints in place of those it had, and tell who listens. The caller holds the medium's row."""
    MediaPrint.objects.filter(media=media).delete()
    today, found = clock.now().date(), tuple(prints)
    made = [
        MediaPrint(
            media=media, kind=each.kind, inner=each.inner, seconds=each.seconds, bits=each.bits, quality=each.quality, day=today,
            bands=bands_of(each.bits) if each.quality >= ENOUGH else [],
        )
        for each in found
    ]  # fmt: skip
    for start in range(0, len(made), _SOME):
        rows.insert(made[start : start + _SOME])
    Media.objects.filter(pk=media.pk).update(printed_at=clock.now())
    tell(w, printed(media, found))


def shown_again(w: Writer, links: Iterable[MediaLink]) -> None:
    """Item versions were tied to media just now: tell of those media that are ready. What is not ready is told of when it is.

    The media's rows are held (shared) until the transaction ends, so that one that becomes ready at this moment is told of once:
    here, or there.
    """
    by_media: dict[UUID, list[MediaLink]] = {}
    for link in links:
        by_media.setdefault(link.media_id, []).append(link)
    if not by_media or not _watchers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, printed_at FROM items_media WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(by_media)]
        )  # without a condition: who is just becoming ready must be waited for
        known = [pk for pk, state, printed_at in cursor.fetchall() if state == Media.State.READY and printed_at]
    for media in Media.objects.filter(pk__in=known).order_by("pk"):
        found = of_media(media.pk)
        for version in dict.fromkeys(link.item_version for link in by_media[media.pk]):
            tell(w, printed(media, found, again=True, item_version=version))


def tell(w: Writer, what: Printed) -> None:
    """Call everyone who listens."""
    for watcher in list(_watchers):
        watcher(w, what)


def printed(media: Media, found: Iterable[Print], *, again: bool = False, item_version: str = "") -> Printed:
    """The message."""
    return Printed(
        media_id=media.pk, kind=media.kind, sha256=media.sha256, md5=media.md5, prints=tuple(found), again=again,
        item_version=item_version,
    )  # fmt: skip


def of_media(media_id: UUID) -> tuple[Print, ...]:
    """A medium's prints: a picture's whole form first, frames by time."""
    found = MediaPrint.objects.filter(media=media_id).order_by("seconds", "inner", "id")
    return tuple(print_of(each) for each in found)


def items_of(media_id: UUID) -> list[Shown]:
    """The item versions that show a medium, in the order they came; erased ones are left out. Asks for no rights: for matching."""
    links = list(MediaLink.objects.filter(media=media_id).order_by("id"))
    rows_ = ItemVersion.objects.filter(pk__in={link.item_version for link in links}, erased_at__isnull=True)
    items = dict(rows_.values_list("pk", "item_id"))
    return [
        Shown(item_id=items[link.item_version], item_version=link.item_version, field=link.field, place=link.place)
        for link in links if link.item_version in items
    ]  # fmt: skip


def since(days: int, *, after: UUID | None = None, most: int = AT_ONCE) -> Iterator[list[Row]]:
    """The prints made in the last so many days (today counts as one), oldest first, in batches of at most ``most``.

    ``after`` goes on behind a row that was worked: the last one's id. Each batch is a question of its own, so nothing is held meanwhile;
    prints that are made while it runs come at the end.
    """
    first = clock.now().date() - timedelta(days=max(1, days) - 1)
    while True:
        found = MediaPrint.objects.filter(day__gte=first)
        if after is not None:
            found = found.filter(pk__gt=after)
        batch = [row_of(each) for each in found.order_by("pk")[:most]]
        if not batch:
            return
        yield batch
        after = batch[-1].id


def print_of(row: MediaPrint) -> Print:
    """As others see it."""
    kind: str = row.kind
    return Print(
        kind="pdq" if kind == "pdq" else "frame", bits=bytes(row.bits), quality=row.quality, seconds=row.seconds, inner=row.inner,
    )  # fmt: skip


def row_of(row: MediaPrint) -> Row:
    """Likewise, with whose it is."""
    return Row(id=row.pk, media_id=row.media_id, day=row.day, print=print_of(row))
