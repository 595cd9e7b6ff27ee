"""What came in is held against the banks: noted in the transaction that brought it, looked up together, carried out one by one.

A medium is noted when its fingerprints are made, and again for each item version that shows it later; a text with each new version.
Nothing that goes wrong here holds up what comes in: what was noted waits, and is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from watchfloor.detection.banks import carrying, closer, lookup
from watchfloor.detection.banks.carrying import Seen
from watchfloor.detection.banks.contracts import Match as Found
from watchfloor.detection.banks.domain import values, weighing
from watchfloor.detection.banks.models import Due, Entry
from watchfloor.detection.banks.stored_hashes import rows_of_bits
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.identity.domain import system
from watchfloor.items import queries as items
from watchfloor.items.media import prints
from watchfloor.items.media.contracts import Print, Printed
from watchfloor.items.media.models import Media
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Overloaded
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing

log = logging.getLogger(__name__)
BY = system("banks")
AT_ONCE = 100
TRIES = 5
WORDS = (Entry.Kind.TEXT, Entry.Kind.URL)


def note_print(w: Writer, printed: Printed) -> None:
    """Called when a medium is ready, and when it is shown again."""
    Due.objects.create(media_id=printed.media_id, item_version=printed.item_version, at=clock.now())


def note_versions(versions: Sequence[ItemVersion]) -> None:
    """Called with each new version of an item; only where a bank holds texts or addresses."""
    if not Entry.objects.filter(kind__in=WORDS, state=Entry.State.LIVE).exists():
        return
    now = clock.now()
    Due.objects.bulk_create(
        Due(item_version=version.pk, at=now) for version in versions if version.erased_at is None and _said(version)
    )


def work(limit: int = AT_ONCE) -> int:
    """Look up and carry out what was noted; how many. Any number of processes may do it at once."""
    due = list(Due.objects.filter(tries__lt=TRIES).order_by("id")[:limit])
    if not due:
        return 0
    found = _found(due)
    quiet = [each.pk for each, matches in zip(due, found, strict=True) if not matches]
    Due.objects.filter(pk__in=quiet).delete()
    for each, matches in zip(due, found, strict=True):
        if matches:
            try:
                _work(each.pk, closer.look(matches, each.media_id))
            except Overloaded:
                raise
            except (
                Exception
            ):  # one that cannot be worked holds up nobody; it is tried again, and kept after the last try
                log.exception("what was noted as %d could not be matched", each.pk)
                Due.objects.filter(pk=each.pk).update(tries=each.tries + 1)
    return len(due)


def of_medium(media: Media, found: Sequence[Print]) -> list[Found]:
    """What is known of a medium: its bytes, its picture, its frames."""
    return _of_media([(media, found)])[0]


def _found(due: Sequence[Due]) -> list[list[Found]]:
    media_ids = {each.media_id for each in due if each.media_id is not None}
    rows = {row.pk: row for row in Media.objects.filter(pk__in=media_ids, state=Media.State.READY)}
    media = [(row, prints.of_media(row.pk)) for row in rows.values()]
    known = {row.pk: matches for (row, _), matches in zip(media, _of_media(media), strict=True)}
    versions = {
        row.pk: row
        for row in ItemVersion.objects.filter(
            pk__in=[each.item_version for each in due if each.media_id is None], erased_at__isnull=True
        ).select_related("item")
    }
    made = []
    for each in due:
        if each.media_id is not None:
            made.append(known.get(each.media_id, []))
        else:
            version = versions.get(each.item_version)
            made.append([] if version is None else of_words(_said(version)))
    return made


def of_words(text: str) -> list[Found]:
    """What is known of a text and of the addresses in it."""
    found = lookup.of_text(text)
    if addresses := values.addresses_in(text):
        found += lookup.of_exact([("url", each) for each in addresses])
    return found


def _of_media(media: Sequence[tuple[Media, Sequence[Print]]]) -> list[list[Found]]:
    """All pictures in one question to the index; each video in one."""
    pictures = [
        (place, each) for place, (_, found) in enumerate(media) for each in found
        if each.kind == "pdq" and each.quality >= ENOUGH
    ]  # fmt: skip
    made: list[list[Found]] = [[] for _ in media]
    if pictures:
        rows = rows_of_bits(each.bits for _, each in pictures)
        answers = lookup.of_rows(rows, [each.quality for _, each in pictures])
        for (place, _), matches in zip(pictures, answers, strict=True):
            made[place] += [match for match in matches if match.entry_kind == "pdq" or match.frames_needed <= 1]
    for place, (row, found) in enumerate(media):
        frames = [lookup.Asked(each.seconds, each.bits.hex(), each.quality) for each in found if each.kind == "frame"]
        if frames:
            made[place] += lookup.of_frames(frames)
        files = [(kind, value) for kind, value in (("sha256", row.sha256), ("md5", row.md5)) if value]
        made[place] += lookup.of_exact(files)
        made[place] = _nearest_of_each(made[place])
    return made


def _nearest_of_each(matches: list[Found]) -> list[Found]:
    """Of each entry the nearest match: a picture and its inner part may both be near."""
    best: dict[UUID, Found] = {}
    for each in matches:
        if each.entry not in best or each.distance < best[each.entry].distance:
            best[each.entry] = each
    return list(best.values())


@begin_again
def _work(due_id: int, matches: list[Found]) -> None:
    with writing(BY, reason="known content") as w:
        due = Due.objects.select_for_update(skip_locked=True).filter(pk=due_id).first()
        if due is None:  # another process has it
            return
        split = weighing.split(matches)
        held = carrying.hold_entries([*split.standing, *(each for each, _ in split.suppressed)])
        for seen in _places(due):
            carrying.carry(w, seen, split, held)
        due.delete()


def _places(due: Due) -> list[Seen]:
    """The item versions it is about."""
    if due.media_id is None or due.item_version:
        version = ItemVersion.objects.filter(pk=due.item_version, erased_at__isnull=True).select_related("item").first()
        return [] if version is None else [Seen(version.item, version.pk, due.media_id)]
    shown = prints.items_of(due.media_id)
    known = {row.pk: row for row in Item.objects.filter(pk__in={each.item_id for each in shown})}
    versions = dict.fromkeys((each.item_id, each.item_version) for each in shown)
    return [Seen(known[item], version, due.media_id) for item, version in versions]


def _said(version: ItemVersion) -> str:
    try:
        return items.text_of(version.item.type_key, version.data)
    except Exception:  # the type is gone
        return ""
