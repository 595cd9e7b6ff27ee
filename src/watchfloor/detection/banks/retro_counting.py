"""What entries would find among the media of the last days: read and counted, nothing is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.detection.banks.contracts import Day, RetroFound
from watchfloor.detection.banks.models import Entry, EntryHash, Retro, RetroHit
from watchfloor.detection.banks.stored_hashes import rows_of_bits
from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.items.media import prints
from watchfloor.items.media.models import Media
from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.review.models import Decision

SAMPLE = 9


class Near(msgspec.Struct, frozen=True):
    """A medium and the entry it is near to."""

    media: UUID
    entry: UUID
    distance: float
    quality: int | None
    day: date


def count(row: Retro) -> RetroFound:
    """All of it at once: it reads fingerprints, which is quick, and writes down which items they are of."""
    near = [*_near_prints(row), *_same_files(row)]
    best: dict[UUID, Near] = {}
    for each in near:
        if each.media not in best or each.distance < best[each.media].distance:
            best[each.media] = each
    hits = []
    for each in best.values():
        for version, item in {shown.item_version: shown.item_id for shown in prints.items_of(each.media)}.items():
            hits.append(
                RetroHit(
                    retro=row,
                    item_id=item,
                    item_version=version,
                    media_id=each.media,
                    day=each.day,
                    distance=each.distance,
                )
            )
    with transaction.atomic():
        RetroHit.objects.filter(retro=row).delete()
        RetroHit.objects.bulk_create(hits, batch_size=1_000)
    found = _summed(row, hits)
    Retro.objects.filter(pk=row.pk).update(total=len(hits), done=0)
    return found


def _near_prints(row: Retro) -> list[Near]:
    """Media of the last days whose prints lie within the bank's radius of an entry."""
    bank = row.bank
    hashes = list(
        EntryHash.objects.filter(entry__in=row.entries).order_by("pk").values_list("pk", "entry", "bits", "seconds")
    )
    if not hashes:
        return []
    np = numpy()
    index = HashIndex()
    index.add(np.array([pk for pk, *_ in hashes], dtype=np.int64), rows_of_bits(bits for _, _, bits, _ in hashes))
    owner = {pk: entry for pk, entry, *_ in hashes}
    needed = dict.fromkeys(owner.values(), 1)
    for entry, count in Counter(entry for _, entry, _, seconds in hashes if seconds is not None).items():
        needed[entry] = min(bank.frames, count)
    frames: dict[tuple[UUID, UUID], set[UUID]] = {}
    best: dict[tuple[UUID, UUID], Near] = {}
    for batch in prints.since(row.days):
        rows = [each for each in batch if each.print.quality >= max(ENOUGH, bank.quality)]
        found = index.search(rows_of_bits(each.print.bits for each in rows), bank.radius) if rows else None
        Retro.objects.filter(pk=row.pk).update(worked_at=clock.now())
        if found is None:
            continue
        for question, known, bits in zip(
            found.question.tolist(), found.id.tolist(), found.distance.tolist(), strict=True
        ):
            each, entry = rows[question], owner[known]
            pair = (each.media_id, entry)
            frames.setdefault(pair, set()).add(each.id)
            if pair not in best or bits < best[pair].distance:
                best[pair] = Near(each.media_id, entry, float(bits), each.print.quality, each.day)
    return [near for pair, near in best.items() if len(frames[pair]) >= needed[pair[1]]]


def _same_files(row: Retro) -> list[Near]:
    """Media of the last days with the very bytes of an entry."""
    known = {
        value: pk
        for pk, value in Entry.objects.filter(pk__in=row.entries, kind__in=("md5", "sha256")).values_list("pk", "value")
    }
    if not known:
        return []
    since = clock.now() - timedelta(days=row.days)
    rows = Media.objects.filter(
        Q(sha256__in=list(known)) | Q(md5__in=list(known)), received_at__gte=since, state=Media.State.READY
    )
    return [
        Near(each.pk, known.get(each.sha256) or known[each.md5], 0.0, None, (each.received_at or each.noted_at).date())
        for each in rows
    ]  # fmt: skip


def _summed(row: Retro, hits: Sequence[RetroHit]) -> RetroFound:
    items = {each.item_id for each in hits}
    group = policies.policy(row.bank.policy_key).harm_group
    said: dict[UUID, str] = {}
    for item, verdict in (
        Decision.objects.filter(case__item__in=items, case__harm_group=group, superseded_at__isnull=True)
        .order_by("at").values_list("case__item", "verdict")
    ):  # fmt: skip
        said[item] = verdict
    days = Counter(day.isoformat() for day, _ in {(each.day, each.item_id) for each in hits})
    media = list(
        dict.fromkeys(each.media_id for each in sorted(hits, key=lambda hit: (-hit.distance, str(hit.media_id))))
    )
    return RetroFound(
        items=len(items), media=len(media), known=sum(1 for word in said.values() if word == "violating"),
        cleared=sum(1 for word in said.values() if word == "clean"), days=[Day(day, days[day]) for day in sorted(days)],
        sample=media[:SAMPLE],
    )  # fmt: skip
