"""The worker's part of a search of the last days: counted, then done item by item, then perhaps taken back.

Each item is done in a transaction of its own and marked, so a worker that dies is followed by another that goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.detection.banks import carrying, closer, entries, retro, retro_counting
from watchfloor.detection.banks.carrying import Seen
from watchfloor.detection.banks.contracts import Match as Found
from watchfloor.detection.banks.domain import weighing
from watchfloor.detection.banks.models import Entry, Match, Retro, RetroHit
from watchfloor.items.media import prints
from watchfloor.items.media.models import Media
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import actions as review

CHUNK = 50
STALE = timedelta(minutes=2)  # a worker that gave no sign for so long is dead


def work() -> int:
    """A part of the next one that wants work; how much was done."""
    now = clock.now()
    with transaction.atomic():
        row = (
            Retro.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state__in=("counting", "running", "undoing"))
            .filter(Q(worked_at__isnull=True) | Q(worked_at__lt=now - STALE))
            .order_by("asked_at")
            .first()
        )
        if row is None:
            return 0
        Retro.objects.filter(pk=row.pk).update(worked_at=now)
    row = Retro.objects.select_related("bank").get(pk=row.pk)
    try:
        done = {"counting": _count, "running": _run, "undoing": _take_back}[row.state](row)
    except WatchfloorError as error:
        retro.put(row, Retro.State.FAILED, problem=error.message)
        return 1
    finally:
        Retro.objects.filter(pk=row.pk).update(worked_at=None)
    return done


def _count(row: Retro) -> int:
    found = retro_counting.count(row)
    retro.put(row, Retro.State.READY, found=msgspec.to_builtins(found, str_keys=True), items=found.items)
    return 1


def _run(row: Retro) -> int:
    """The next items: each as if it had come in now, without the flood guard, for it was counted and agreed."""
    with writing(row.asked_by, reason=row.why) as w:
        waiting = Entry.objects.filter(pk__in=row.entries, state=Entry.State.WAITING).values_list("pk", flat=True)
        if ids := list(waiting):
            entries.enable(w, row.bank, ids, row.why)
    hits = list(RetroHit.objects.filter(retro=row, done_at__isnull=True).order_by("pk")[:CHUNK])
    for hit in hits:
        try:
            found = closer.look(_matches(row, hit), hit.media_id)
            with writing(row.asked_by, reason=row.why) as w:
                _do(w, row, hit, found)
        except WatchfloorError as error:
            hit.problem = error.message[:200]
        hit.done_at = clock.now()
        hit.save(update_fields=["done_at", "problem"])
    done = RetroHit.objects.filter(retro=row, done_at__isnull=False).count()
    Retro.objects.filter(pk=row.pk).update(done=done)
    if len(hits) < CHUNK:
        retro.put(row, Retro.State.DONE, items=done)
    return max(1, len(hits))


def _do(w: Writer, row: Retro, hit: RetroHit, found: Sequence[Found]) -> None:
    split = weighing.split(found)
    held = carrying.hold_entries([*split.standing, *(each for each, _ in split.suppressed)])
    item = Item.objects.get(pk=hit.item_id)
    carrying.carry(w, Seen(item, hit.item_version, hit.media_id, row.pk), split, held)


def _matches(row: Retro, hit: RetroHit) -> list[Found]:
    """What is known of the medium now, of the entries in question and of what is known to be good."""
    from watchfloor.detection.banks import matching

    media = Media.objects.filter(pk=hit.media_id, state=Media.State.READY).first()
    if media is None:
        return []
    wanted = set(row.entries)
    return [
        each
        for each in matching.of_medium(media, prints.of_media(media.pk))
        if each.negative or str(each.entry) in wanted
    ]


def _take_back(row: Retro) -> int:
    """The next items in turn; what a person has decided since stays."""
    with writing(row.asked_by, reason=f"undo: {row.why}") as w:
        live = Entry.objects.filter(pk__in=row.entries).exclude(state=Entry.State.REMOVED).values_list("pk", flat=True)
        if ids := list(live):
            entries.remove_entries(w, row.bank, ids, f"taken back: {row.why}"[:200])
    hits = list(RetroHit.objects.filter(retro=row, undone_at__isnull=True).order_by("pk")[:CHUNK])
    for hit in hits:
        try:
            with writing(row.asked_by, reason=f"undo: {row.why}") as w:
                for match in Match.objects.filter(
                    retro_id=row.pk, item_version=hit.item_version, media_id=hit.media_id
                ):
                    _undo_one(w, match)
        except WatchfloorError as error:
            hit.problem = error.message[:200]
        hit.undone_at = clock.now()
        hit.save(update_fields=["undone_at", "problem"])
    left = RetroHit.objects.filter(retro=row, undone_at__isnull=True).count()
    Retro.objects.filter(pk=row.pk).update(done=left)
    if not left:
        retro.put(row, Retro.State.UNDONE, items=RetroHit.objects.filter(retro=row).count())
    return max(1, len(hits))


def _undo_one(w: Writer, match: Match) -> None:
    if match.decision_id is not None:
        review.take_back(w, match.decision_id)
    elif match.did == "queued" and match.case_id is not None:
        review.withdraw_case(w, match.case_id)
