"""Between the spool and the stream: accepted events are published after their commit, and worked when they come back.

The spool's row is the truth. ``waiting`` rows are published and become ``streamed``; a worker takes the row under lock, works it
and makes it ``done`` in the transaction that holds its effects, so however often a message comes, its effects happen once. A row that
fails goes back to ``waiting`` for its pause, or to quarantine; its neighbours go on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from django.db import connection, transaction

from watchfloor.detection import stream
from watchfloor.detection.stream import Record, Sink, StreamSettings
from watchfloor.intake import begun, drain
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, RECEIPT, Author
from watchfloor.items import domain as item_domain
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.kernel.ids import decode, encode

log = logging.getLogger(__name__)
PUBLISHER = 0x57465354  # advisory lock: one publisher at a time keeps the order
DEADLOCKS = 5  # in a row without progress, then the batch comes again


class _ItemName(msgspec.Struct):
    type: str
    id: str
    data: dict[str, object] = {}
    author: Author | None = None


class _About(msgspec.Struct):
    """As much of an event as says whom it is about."""

    item: _ItemName


_about = msgspec.json.Decoder(_About).decode
_sink: tuple[StreamSettings, Sink] | None = None
_sink_lock = threading.Lock()


def publish(limit: int = 500, sink: Sink | None = None) -> int:
    """Publish waiting events, oldest first; how many. Their rows are ``streamed`` once the broker has them.

    A crash in between publishes them again under the same message ids, and a message that comes twice finds its row done.
    """
    settings = stream.configured()
    if settings is None:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PUBLISHER])
            if not cursor.fetchone()[0]:
                return 0
        rows = list(drain.waiting([EVENT]).order_by("lane", "id")[:limit])
        if not rows:
            return 0
        records = [
            Record(stream.partition_of(entity_of(row), settings.partitions), receipt_of(row).encode(), _message_id(row))
            for row in rows
        ]
        (sink or shared_sink(settings)).publish(records)
        Spooled.objects.filter(pk__in=[row.pk for row in rows]).update(state=Spooled.State.STREAMED, next_at=None)
    return len(rows)


def work(bodies: Sequence[bytes], handlers: Mapping[str, drain.Handler] = drain.HANDLERS) -> int:
    """Work the events with these receipts, in this order; how many there were to work. Others are done already."""
    ids = list(dict.fromkeys(found for body in bodies if (found := _id_of(body)) is not None))
    worked = stuck = 0
    while ids:
        with transaction.atomic():
            there = _locked(ids)
            picked = begun.together(there)
            begun.mark(picked)
        with begun.innocent_of_shortage(picked), transaction.atomic():
            todo = _locked([row.pk for row in picked])
            done = drain.work(todo, handlers)
        worked += done
        left = {row.pk for row in there} - {row.pk for row in picked} | {row.pk for row in todo[done:]}
        stuck = stuck + 1 if len(left) == len(there) else 0
        ids = [pk for pk in ids if pk in left]
        if stuck == DEADLOCKS:
            raise RuntimeError("the same events met a deadlock again and again")
    return worked


def _locked(ids: Sequence[UUID]) -> list[Spooled]:
    """The rows of these that are still to be worked, locked, in this order."""
    found = Spooled.objects.select_for_update().filter(
        pk__in=ids, kind=EVENT, state__in=[Spooled.State.STREAMED, Spooled.State.WAITING]
    )
    rows = {row.pk: row for row in found}
    return [rows[pk] for pk in ids if pk in rows]


def recover(sink: Sink | None = None) -> int:
    """Publish again what the broker lost (its disk, or the last moments before a power cut); how many rows.

    Only an empty stream proves a loss: a message leaves it after its row is committed, so rows that were streamed before the
    look and are streamed after it are nowhere else.
    """
    settings = stream.configured()
    if settings is None:
        return 0
    streamed = list(
        Spooled.objects.filter(state=Spooled.State.STREAMED).order_by("id").values_list("pk", flat=True)[:10_000]
    )
    if not streamed or (sink or shared_sink(settings)).depth() != 0:
        return 0
    lost = Spooled.objects.filter(pk__in=streamed, state=Spooled.State.STREAMED).update(
        state=Spooled.State.WAITING, next_at=clock.now()
    )
    if lost:
        log.error("the stream had lost %d events; they are published again", lost)
    return lost


def take_back() -> int:
    """Without a stream: events that one still held go the ordinary way; how many. Returns 0 when there were none."""
    return Spooled.objects.filter(state=Spooled.State.STREAMED).update(state=Spooled.State.WAITING, next_at=clock.now())


def entity_of(row: Spooled) -> str:
    """Whom an event is about: its author, or else its item. All of an author's events and the account's own are one entity's."""
    try:
        item = _about(bytes(row.body or b"")).item
        kind, fields = items.item_type(item.type)
    except (msgspec.MsgspecError, WatchfloorError):  # it will be told when it is worked
        return str(row.pk)
    if kind.kind == "account":
        return item.id
    if item.author is not None:
        return item.author.id
    field = item_domain.role(fields, "creatorId")
    author = item.data.get(field) if field else None
    return str(author) if author else f"{item.type}/{item.id}"


def receipt_of(row: Spooled) -> str:
    """What goes over the stream: the event's receipt, nothing of its content."""
    return encode(RECEIPT[EVENT], row.pk)


def shared_sink(settings: StreamSettings) -> Sink:
    """The process's connection to the broker."""
    global _sink
    with _sink_lock:
        if _sink is None or _sink[0] != settings:
            if _sink is not None:
                _sink[1].close()
            _sink = (settings, stream.make_sink(settings))
        return _sink[1]


def _message_id(row: Spooled) -> str:
    """Equal when the same row is published twice by accident, different when it is published anew on purpose."""
    again = f"{row.next_at.timestamp():.6f}" if row.next_at else ""
    return f"{row.pk}.{row.attempts}.{again}"


def _id_of(body: bytes) -> UUID | None:
    try:
        return decode(RECEIPT[EVENT], body.decode())
    except (UnicodeDecodeError, WatchfloorError):
        log.error("something on the stream is no receipt: %d bytes", len(body))
        return None
