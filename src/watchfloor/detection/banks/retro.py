"""Something banked today may have been here for days: entries held against the last days, counted first, then done, then perhaps undone.

The work is a worker's, a part at a time; each item is done in a transaction of its own and marked, so a worker that dies is
followed by another that goes on where it was.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.detection.banks import carrying, closer, entries, queries
from watchfloor.detection.banks.carrying import Seen
from watchfloor.detection.banks.contracts import Day, RetroFound
from watchfloor.detection.banks.contracts import Match as Found
from watchfloor.detection.banks.domain import weighing
from watchfloor.detection.banks.events import RetroAsked
from watchfloor.detection.banks.indexes import rows_of_bits
from watchfloor.detection.banks.models import Bank, Entry, EntryHash, Match, Retro, RetroHit
from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.identity.domain import Actor
from watchfloor.items.media import prints
from watchfloor.items.media.models import Media
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound, WatchfloorError
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.models import Decision

log = logging.getLogger(__name__)
LONGEST = 90  # days
CHUNK = 50
STALE = timedelta(minutes=2)  # a worker that gave no sign for so long is dead
SAMPLE = 9


class Near(msgspec.Struct, frozen=True):
    """A medium and the entry it is near to."""

    media: UUID
    entry: UUID
    distance: float
    quality: int | None
    day: date


def ask(actor: Actor, bank: Bank, ids: Sequence[UUID], *, days: int, why: str) -> Retro:
    """Have entries held against the media of the last days. Nothing is done but counted, until ``confirm``.

    Raises:
        Forbidden: one may not change this bank. BadInput: no entries, no reason, too many days.
    """
    _must(actor, bank)
    if not 1 <= days <= LONGEST:
        raise BadInput("out_of_bounds", f"From 1 to {LONGEST} days.", where="days")
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    with writing(actor, reason=why) as w:
        return ask_within(w, bank, ids, days=days, why=why)


def ask_within(w: Writer, bank: Bank, ids: Sequence[UUID], *, days: int, why: str) -> Retro:
    """The same, in a transaction at hand."""
    known = Entry.objects.filter(bank=bank, pk__in=list(ids)).exclude(state=Entry.State.REMOVED)
    chosen = [str(pk) for pk in known.order_by("pk").values_list("pk", flat=True)]
    if not chosen or bank.negative:
        raise BadInput("no_entries", "There is nothing to look for.", where="entries")
    row = w.create(
        Retro, bank=bank, entries=chosen, days=days, state=Retro.State.COUNTING, asked_by=w.actor, asked_at=clock.now(),
        why=why[:200],
    )  # fmt: skip
    _told(w, row)
    return row


def confirm(actor: Actor, retro_id: UUID) -> Retro:
    """Do what was counted: entries that waited count from now on, and what they found is acted on as the bank says."""
    return _step(
        actor, retro_id, (Retro.State.READY,), Retro.State.RUNNING, "It was not counted yet, or is done already."
    )


def drop(actor: Actor, retro_id: UUID) -> Retro:
    """Do nothing of it; entries that waited go."""
    return _step(
        actor,
        retro_id,
        (Retro.State.COUNTING, Retro.State.READY, Retro.State.FAILED),
        Retro.State.DROPPED,
        "It is done already.",
    )


def undo(actor: Actor, retro_id: UUID, why: str) -> Retro:
    """Take back what it did: its decisions fall with their actions, cases only it opened are closed, its entries go."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    return _step(
        actor,
        retro_id,
        (Retro.State.RUNNING, Retro.State.DONE),
        Retro.State.UNDOING,
        "There is nothing to take back.",
        why,
    )


def one(actor: Actor, retro_id: UUID) -> Retro:
    """One of a bank one may know of."""
    row = Retro.objects.select_related("bank").filter(pk=retro_id).first()
    if row is None or not queries.may(actor, queries.SEES, row.bank):
        raise NotFound("no_retro", "There is no such search of the last days.")
    return row


def found_of(row: Retro) -> RetroFound:
    """What was counted."""
    return msgspec.convert(row.found, RetroFound)


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
        _put(row, Retro.State.FAILED, problem=error.message)
        return 1
    finally:
        Retro.objects.filter(pk=row.pk).update(worked_at=None)
    return done


def _count(row: Retro) -> int:
    """All of it at once: it reads fingerprints, which is quick, and writes what it found."""
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
    _put(row, Retro.State.READY, found=msgspec.to_builtins(found, str_keys=True), items=found.items)
    return 1


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
        _put(row, Retro.State.DONE, items=done)
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
        _put(row, Retro.State.UNDONE, items=RetroHit.objects.filter(retro=row).count())
    return max(1, len(hits))


def _undo_one(w: Writer, match: Match) -> None:
    if match.decision_id is not None:
        review.take_back(w, match.decision_id)
    elif match.did == "queued" and match.case_id is not None:
        review.withdraw_case(w, match.case_id)


def _step(actor: Actor, retro_id: UUID, before: Sequence[str], after: str, sentence: str, why: str = "") -> Retro:
    row = one(actor, retro_id)
    _must(actor, row.bank)
    with writing(actor, reason=why or row.why) as w:
        row = Retro.objects.select_for_update(of=("self",)).select_related("bank").get(pk=retro_id)
        if row.state not in before:
            raise Conflict("not_now", sentence)
        w.update(row, state=after)
        _told(w, row)
        if after == Retro.State.DROPPED:
            waiting = Entry.objects.filter(pk__in=row.entries, state=Entry.State.WAITING).values_list("pk", flat=True)
            if ids := list(waiting):
                entries.remove_entries(w, row.bank, ids, "not taken")
    return row


def _put(row: Retro, state: str, *, items: int = 0, found: object = None, problem: str = "") -> None:
    """The worker's own steps, unless somebody turned it round meanwhile."""
    with writing(row.asked_by, reason=row.why) as w:
        fresh = Retro.objects.select_for_update(of=("self",)).select_related("bank").get(pk=row.pk)
        if fresh.state != row.state:
            return
        values = {} if found is None else {"found": found}
        w.update(fresh, state=state, problem=problem[:300], **values)
        _told(w, fresh, items)


def _told(w: Writer, row: Retro, items: int = 0) -> None:
    w.event(
        RetroAsked(
            bank=row.bank.key if not row.bank.clearance else "restricted", state=row.state, days=row.days, items=items
        ),
        row,
    )


def _must(actor: Actor, bank: Bank) -> None:
    if not queries.may(actor, queries.EDITS, bank):
        raise Forbidden("no_permission", "Your roles do not include changing this bank.", hint="It needs bank.edit.")
