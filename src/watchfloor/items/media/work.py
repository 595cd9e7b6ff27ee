"""The loop that brings media in and opens them: what is due is taken by one worker, worked, and put down with its outcome."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import logging
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.identity.domain import system
from watchfloor.items.media import actions, credentials, decoding, events, prints, store
from watchfloor.items.media.contracts import Credentials, Print, Provenance
from watchfloor.items.media.decoding import Failed, Made
from watchfloor.items.media.fetch import Limits, NotNow, Refused, Resolve, fetch, system_resolver
from watchfloor.items.media.models import Media
from watchfloor.items.media.options import Options, options
from watchfloor.items.media.sniff import Kind, sniff
from watchfloor.items.media.store import Incoming
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra, WatchfloorError
from watchfloor.ledger.writer import writing

log = logging.getLogger(__name__)
ACTOR = system("media")
PART = 1 << 20  # bytes read at a time
AT_ONCE = 4  # files fetched side by side: one slow host holds up nobody
PAUSES = (30, 120, 600, 3_600, 6 * 3_600)  # seconds after each failed try
HOLD = timedelta(minutes=15)  # a worker that died leaves its files to others after so long
_CLAIM = """
UPDATE items_media SET next_at = %s, attempts = attempts + 1 WHERE id IN (
  SELECT id FROM items_media WHERE next_at <= %s AND state = %s AND (kind = ANY(%s) OR state = 'fetching')
  ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id"""


def work(*, resolve: Resolve = system_resolver) -> int:
    """Fetch some, decode some; how many were worked."""
    return fetch_due(resolve=resolve) + decode_due()


def fetch_due(*, resolve: Resolve = system_resolver) -> int:
    """Fetch what is due, a few at once."""
    setting = options()
    if setting.fetch == "off":
        return 0
    due = _claim(Media.State.FETCHING, AT_ONCE, setting.limits().seconds)
    if due:
        rows = list(Media.objects.filter(pk__in=due))
        for row, outcome in zip(rows, asyncio.run(_fetch_all(rows, setting, resolve)), strict=True):
            _put_down(row, outcome, setting)
    return len(due)


def decode_due(limit: int = 8) -> int:
    """Open what has come and keep its renditions; nothing is taken up that needs an extra which is not installed."""
    kinds = [kind for kind in ("image", "video", "audio") if decoding.available(kind)]
    due = _claim(Media.State.DECODING, limit, 120, kinds) if kinds else []
    for media_id in due:
        _decode(media_id)
    return len(due)


def print_missing(limit: int = 8, *, after: UUID | None = None) -> list[UUID]:
    """Make the fingerprints of media that became ready before these were made; the media that were looked at, in order.

    One that cannot be opened any more has none, and is not tried again. ``[]``: there are no more, or numpy is not installed.
    """
    kinds = [kind for kind in ("image", "video", "audio") if decoding.available(kind)]
    due = Media.objects.filter(state=Media.State.READY, printed_at__isnull=True, key__isnull=False, kind__in=kinds)
    if after is not None:
        due = due.filter(pk__gt=after)
    found = list(due.order_by("pk")[:limit]) if importlib.util.find_spec("numpy") else []
    for row in found:
        made, md5 = _opened_again(row)
        with writing(ACTOR, reason="fingerprints of older media") as w:
            held = Media.objects.select_for_update().get(pk=row.pk)
            if held.state != Media.State.READY or held.printed_at is not None:
                continue
            w.update(held, md5=md5)
            prints.keep(w, held, made)
            w.event(events.MediaPrinted(prints=len(made)), held)
    return [row.pk for row in found]


def _opened_again(row: Media) -> tuple[tuple[Print, ...], str]:
    """Prints and MD5 of a medium's bytes; none and ``""`` where they are damaged or cannot be opened."""
    md5 = hashlib.md5(usedforsecurity=False)
    try:
        with store.opened(row, store.ORIGINAL) as reader:
            for offset in range(0, reader.size, PART):
                md5.update(reader.read_at(offset, min(PART, reader.size - offset)))
            kind = sniff(reader.read_at(0, 4096)) or Kind(row.kind, row.mime, "")
            made = decoding.decode(reader, kind, options().budget())
    except (WatchfloorError, OSError) as problem:
        if isinstance(problem, WatchfloorError) and problem.code in {"no_decoder", "missing_extra"}:
            raise
        return (), ""
    return (made.prints or () if isinstance(made, Made) else ()), md5.hexdigest()


def check_again(row: Media) -> Credentials | None:
    """Check the content credentials of a medium in the store (anew) and keep what came of it. None: it has none, or its bytes are gone."""
    said = msgspec.convert(row.provenance, Provenance)
    if not said.manifests or row.key is None:
        return None
    try:
        with store.opened(row, store.ORIGINAL) as reader:
            checked = credentials.check(reader, sniff(reader.read_at(0, 4096)) or Kind(row.kind, row.mime, ""))
    except (WatchfloorError, OSError) as problem:
        if isinstance(problem, (MissingExtra, BadInput)):
            raise
        return None
    said = msgspec.structs.replace(said, checked=checked)
    Media.objects.filter(pk=row.pk, state=Media.State.READY).update(provenance=msgspec.to_builtins(said))
    return checked


async def _fetch_all(rows: list[Media], setting: Options, resolve: Resolve) -> list[Incoming | Exception]:
    limits = setting.limits()
    return await asyncio.gather(*(_fetch(row, limits, resolve) for row in rows))


async def _fetch(row: Media, limits: Limits, resolve: Resolve) -> Incoming | Exception:
    """The file, finished; or why there is none. Never raises: one file's fault is no other's."""
    file: Incoming | None = None
    try:
        file = Incoming(limits.bytes, row.pk)
        await fetch(row.url, file.write, limits, resolve=resolve)
        file.finish()
        return file
    except Exception as problem:
        if file is not None:
            file.abandon()
        return problem


def _put_down(row: Media, outcome: Incoming | Exception, setting: Options) -> None:
    """Write what came of one fetch."""
    if isinstance(outcome, Incoming):
        with writing(ACTOR) as w:
            actions.received(w, outcome, how="fetch", media=row)
        return
    if isinstance(outcome, Refused):
        with writing(ACTOR, reason="fetching media") as w:
            actions.refuse(w, row, Failed(outcome.code, outcome.why))
        return
    if not isinstance(outcome, NotNow):
        log.error("fetching %s failed", row.pk, exc_info=outcome)
    why = str(outcome) if isinstance(outcome, NotNow) else f"Something failed here ({type(outcome).__name__})."
    attempts = Media.objects.values_list("attempts", flat=True).get(pk=row.pk)
    if attempts > len(PAUSES):
        with writing(ACTOR, reason="fetching media") as w:
            actions.refuse(w, row, Failed("unreachable", f"After {attempts} tries: {why}"))
        return
    Media.objects.filter(pk=row.pk).update(next_at=clock.now() + timedelta(seconds=PAUSES[attempts - 1]))


def _decode(media_id: UUID) -> None:
    row = Media.objects.get(pk=media_id)
    try:
        with store.opened(row, store.ORIGINAL) as reader:
            kind = sniff(reader.read_at(0, 4096)) or Kind(row.kind, row.mime, "")
            made = decoding.decode(reader, kind, options().budget())
            if isinstance(made, Made):
                made = msgspec.structs.replace(made, provenance=credentials.with_check(made.provenance, reader, kind))
    except WatchfloorError as problem:
        if problem.code in {"no_decoder", "missing_extra"}:
            raise
        made = Failed(problem.code, problem.message)
    with writing(ACTOR, reason="decoding media") as w:
        row = Media.objects.select_for_update().get(pk=media_id)
        if row.state != Media.State.DECODING:  # erased in the meantime
            return
        if isinstance(made, Failed):
            actions.refuse(w, row, made)
        else:
            actions.ready(w, row, made)


def _claim(state: str, limit: int, seconds: float, kinds: list[str] | None = None) -> list[UUID]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + max(HOLD, timedelta(seconds=2 * seconds)), now, state, kinds or [], limit])
        return [row[0] for row in cursor.fetchall()]
