"""Entries come and go: the only writers of entries and of what the index holds of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, models
from django.db.models import F

from watchfloor.detection.banks.contracts import Added, EntryIn, Problem
from watchfloor.detection.banks.domain import values
from watchfloor.detection.banks.events import BankEntriesChanged
from watchfloor.detection.banks.models import Bank, Entry, EntryBand, EntryHash
from watchfloor.engines.matching import texts
from watchfloor.engines.nearby import bands
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer

MOST_AT_ONCE = 10_000
STANDING = (Entry.State.LIVE, Entry.State.QUARANTINED, Entry.State.WAITING)


def add_entries(w: Writer, bank: Bank, entries: Sequence[EntryIn], *, waiting: bool = False) -> Added:
    """Put values in; they match as soon as this is committed. Bad ones are told and cost the others nothing.

    Args:
        waiting: they do nothing until ``enable``.

    Raises:
        BadInput: more than 10,000 at once. Conflict: the bank is out of use.
    """
    if len(entries) > MOST_AT_ONCE:
        raise BadInput(
            "too_many", f"At most {MOST_AT_ONCE:,} entries at once.", where="entries", hint="Send them in parts."
        )
    bank = _locked(bank)
    good: dict[bytes, tuple[EntryIn, str]] = {}
    order: list[bytes] = []
    bad: list[Problem] = []
    for index, each in enumerate(entries):
        try:
            form = values.normal(each.kind, each.value)
            _check(each)
        except BadInput as error:
            bad.append(Problem(index, " ".join(part for part in (error.message, error.hint) if part)))
            continue
        key = key_of(each.kind, form)
        order.append(key)
        good.setdefault(key, (each, form))
    known = {
        bytes(key): pk
        for pk, key in Entry.objects.filter(bank=bank, key__in=list(good), state__in=STANDING).values_list("pk", "key")
    }
    fresh = [(key, *pair) for key, pair in good.items() if key not in known]
    made = _insert(w, bank, fresh, Entry.State.WAITING if waiting else Entry.State.LIVE)
    ids = {**known, **{bytes(row.key): row.pk for row in made}}
    if made:
        if not waiting:
            w.update(bank, size=bank.size + len(made))
        sources = {row.source for row in made}
        told(w, bank, "added", made, source=sources.pop() if len(sources) == 1 else "")
    return Added(new=len(made), known=len(good) - len(made), bad=bad, ids=[ids[key] for key in dict.fromkeys(order)])


def key_of(kind: str, form: str) -> bytes:
    """Of a text the key of how the engines read it: two that differ only in disguise are one."""
    return values.key_of(kind, texts.exact(form) if kind == "text" else form)


def remove_entries(w: Writer, bank: Bank, ids: Iterable[UUID], why: str) -> int:
    """Take entries out; they stay in the history and match no more. How many went."""
    _reason(why)
    bank = _locked(bank)
    return change(w, bank, ids, STANDING, Entry.State.REMOVED, why=why, how="removed")


def enable(w: Writer, bank: Bank, ids: Iterable[UUID], why: str) -> int:
    """Waiting entries count from now on."""
    bank = _locked(bank)
    return change(w, bank, ids, (Entry.State.WAITING,), Entry.State.LIVE, why=why, how="enabled")


def release(w: Writer, bank: Bank, ids: Iterable[UUID], why: str, *, flood_limit: int | None = None) -> int:
    """Quarantined entries count again; ``flood_limit`` is how often each may hit in an hour from now on."""
    _reason(why)
    if flood_limit is not None and not 5 <= flood_limit <= 1_000_000:
        raise BadInput("out_of_bounds", "The limit is from 5 to 1,000,000 hits in an hour.", where="flood_limit")
    bank = _locked(bank)
    chosen = list(ids)
    if flood_limit is not None:
        Entry.objects.filter(bank=bank, pk__in=chosen).update(flood_limit=flood_limit)
    return change(w, bank, chosen, (Entry.State.QUARANTINED,), Entry.State.LIVE, why=why, how="released")


def disable_until(w: Writer, bank: Bank, ids: Iterable[UUID], until: int | None, why: str = "") -> int:
    """Entries rest until a moment (seconds since 1970); None: they count at once."""
    from datetime import UTC, datetime

    bank = _locked(bank)
    rows = list(
        Entry.objects.select_for_update().filter(bank=bank, pk__in=list(ids), state__in=STANDING).order_by("pk")
    )
    moment = None if until is None else datetime.fromtimestamp(until, UTC)
    for row in rows:
        row.disable_until, row.changed_at, row.why = moment, clock.now(), why[:200]
    Entry.objects.bulk_update(rows, ["disable_until", "changed_at", "why"], batch_size=500)
    if rows:
        told(w, bank, "enabled" if until is None else "disabled", rows)
    return len(rows)


def change(
    w: Writer, bank: Bank, ids: Iterable[UUID], before: Sequence[str], after: str, *, why: str, how: str
) -> int:  # fmt: skip
    """Give entries another state, in the bank's lock; the index hears of it by their new numbers."""
    rows = list(Entry.objects.select_for_update().filter(bank=bank, pk__in=list(ids), state__in=before).order_by("pk"))
    if not rows:
        return 0
    first, now = numbers(len(rows)), clock.now()
    standing = sum(_counts(row.state) for row in rows)
    for place, row in enumerate(rows):
        row.state, row.change, row.changed_at, row.why = after, first + place, now, why[:200]
    Entry.objects.bulk_update(rows, ["state", "change", "changed_at", "why"], batch_size=500)
    w.update(bank, size=bank.size - standing + len(rows) * _counts(after))
    told(w, bank, how, rows)
    return len(rows)


def numbers(count: int) -> int:
    """The first of so many numbers of changes. Whoever draws them is waited for by the next one until its commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO detection_bank_clock (id, number) VALUES (1, %s) "
            "ON CONFLICT (id) DO UPDATE SET number = detection_bank_clock.number + %s RETURNING number",
            [count, count],
        )
        last: int = cursor.fetchone()[0]
    return last - count + 1


def told(w: Writer, bank: Bank, how: str, rows: Sequence[Entry], *, source: str = "") -> None:
    """The ledger's word on a change of entries: how many, and a digest that names each."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(bytes(row.key) + row.state.encode() + b"\n")
    w.event(
        BankEntriesChanged(bank=bank.key, how=how, count=len(rows), digest=digest.hexdigest(), source=source[:80]), bank
    )


def _insert(w: Writer, bank: Bank, fresh: Sequence[tuple[bytes, EntryIn, str]], state: str) -> list[Entry]:
    if not fresh:
        return []
    first, now = numbers(len(fresh)), clock.now()
    rows = [
        Entry(
            id=new_id(), bank=bank, kind=each.kind, value=form, key=key, state=state, change=first + place,
            quality=each.quality, evidence=each.evidence[:120], source=each.source[:80], source_ref=each.source_ref[:200],
            tags=list(each.tags), expires_at=each.expires_at, added_at=now, added_by=w.actor, changed_at=now,
        )
        for place, (key, each, form) in enumerate(fresh)
    ]  # fmt: skip
    _copy(rows)
    turned = {row.pk: dict.fromkeys(each.turned) for row, (_, each, _) in zip(rows, fresh, strict=True)}
    hashes: list[EntryHash] = []
    keys: list[EntryBand] = []
    for row in rows:
        if row.kind == Entry.Kind.PDQ:
            hashes += [EntryHash(entry=row, bits=bytes.fromhex(each)) for each in (row.value, *turned[row.pk])]
        elif row.kind == Entry.Kind.VIDEO:
            hashes += [
                EntryHash(entry=row, bits=bytes.fromhex(frame.digits), seconds=frame.seconds)
                for frame in values.frames_of(row.value)
            ]
        elif row.kind == Entry.Kind.TEXT:
            keys += [EntryBand(entry=row, key=key) for key in band_keys(row.value)]
    _copy(hashes)
    EntryBand.objects.bulk_create(keys, batch_size=2_000, ignore_conflicts=True)
    return rows


def _copy(rows: Sequence[Entry] | Sequence[EntryHash]) -> None:
    """Insert by COPY, several times quicker than INSERT: exchanges bring a million at once. Ids the database gives are not read back."""
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not isinstance(field, models.BigAutoField)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {rows[0]._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def band_keys(text: str) -> list[int]:
    """A text's keys as signed numbers of 64 bits."""
    return [int.from_bytes(hashlib.blake2b(band, digest_size=8).digest(), "big", signed=True) for band in bands(text)]


def _check(each: EntryIn) -> None:
    if each.expires_at is not None:
        if each.expires_at.tzinfo is None:
            raise BadInput("no_zone", "The end of an entry names its zone.", where="expires_at")
        if each.expires_at <= clock.now():
            raise BadInput("past", "The end of an entry lies in the past.", where="expires_at")
    if each.quality is not None and not 0 <= each.quality <= 100:
        raise BadInput("out_of_bounds", "A quality is from 0 to 100.", where="quality")
    if each.kind == "pdq" and each.quality is not None and each.quality < values.ENOUGH:
        raise BadInput(
            "low_quality", f"A hash of quality {each.quality} is like too many others; {values.ENOUGH} is the least.",
            where="quality",
        )  # fmt: skip


def _counts(state: str) -> int:
    return int(state in (Entry.State.LIVE, Entry.State.QUARANTINED))


def _locked(bank: Bank) -> Bank:
    row = Bank.objects.select_for_update().get(pk=bank.pk)
    if row.archived_at is not None:
        raise Conflict("archived", f"The bank {row.name} is out of use.")
    return row


def _reason(why: str) -> None:
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")


def hit(entry_id: UUID, count: int = 1) -> None:
    """Count hits of an entry."""
    Entry.objects.filter(pk=entry_id).update(hits=F("hits") + count, last_hit_at=clock.now())
