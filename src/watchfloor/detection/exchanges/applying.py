"""A page of an exchange becomes records and entries, in the caller's transaction: twice the same page is once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.banks.actions import add_entries, remove_entries
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.domain import values
from watchfloor.detection.banks.entries import STANDING, key_of
from watchfloor.detection.banks.models import Entry
from watchfloor.detection.exchanges.kinds.base import Page, Update
from watchfloor.detection.exchanges.models import Exchange, Record, Signal
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer
from watchfloor.platform.among import among

OURS = "exchange:"  # how the reason begins when an exchange, and no person, took an entry out
PART = 5_000


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a page. ``problems`` are sentences about values that were not taken, the first few."""

    records: int = 0
    added: int = 0
    known: int = 0
    removed: int = 0
    kept_out: int = 0
    bad: int = 0
    problems: tuple[str, ...] = ()


def apply(w: Writer, exchange: Exchange, page: Page) -> Applied:
    """Take a page in. What a person took out of the bank stays out, however often the source sends it."""
    entries, done = _entries(w, exchange, page.updates)
    dropped = _records(exchange, page.updates, entries)
    dropped |= _gone(exchange, [_hashed(key) for key in page.gone])
    removed = take_out(w, exchange, dropped, "it has gone from the source")
    return msgspec.structs.replace(done, records=len(page.updates) + len(page.gone), removed=removed)


def sweep(w: Writer, exchange: Exchange) -> int:
    """After everything was read again: what that did not bring has gone from the source. At most ``PART`` records a call."""
    old = Record.objects.filter(exchange=exchange, generation__lt=exchange.generation, gone_at=None)
    keys = list(old.order_by("pk").values_list("key", flat=True)[:PART])
    return take_out(w, exchange, _gone(exchange, keys), "it has gone from the source") if keys else 0


def left(exchange: Exchange) -> bool:
    """Whether ``sweep`` has more to do."""
    return Record.objects.filter(exchange=exchange, generation__lt=exchange.generation, gone_at=None).exists()


def take_out(w: Writer, exchange: Exchange, candidates: Iterable[UUID], why: str) -> int:
    """Take those entries out that an exchange put in and no record of any exchange stands behind any more."""
    candidates = set(candidates)
    if not candidates:
        return 0
    held = set(Signal.objects.filter(among("entry_id", candidates)).values_list("entry_id", flat=True))
    names = Exchange.objects.values_list("name", flat=True)
    ours = Entry.objects.filter(
        among("pk", candidates - held), bank_id=exchange.bank_id, source__in=list(names), state__in=STANDING
    )
    ids = list(ours.values_list("pk", flat=True))
    return remove_entries(w, exchange.bank, ids, f"{OURS}{exchange.name}: {why}") if ids else 0


def _entries(w: Writer, exchange: Exchange, updates: Sequence[Update]) -> tuple[dict[tuple[str, str], UUID], Applied]:
    """The entry of each signal, by kind and value as the source writes them."""
    wanted: dict[tuple[str, str], tuple[bytes, Update]] = {}
    problems: list[str] = []
    bad = 0
    for update in updates:
        for kind, value in update.signals:
            try:
                wanted.setdefault((kind, value), (key_of(kind, values.normal(kind, value)), update))
            except BadInput as error:
                bad += 1
                problems.append(f"{update.ref}: {error.message}"[:300])
    out = _kept_out(exchange, {key for key, _ in wanted.values()})
    taken = {signal: pair for signal, pair in wanted.items() if pair[0] not in out}
    mark = new_id()
    ids: dict[bytes, UUID] = {}
    listed = list(taken.items())
    new = known = 0
    for begin in range(0, len(listed), PART):
        part = listed[begin : begin + PART]
        added = add_entries(w, exchange.bank, [_entry(exchange, *each) for each in part])
        wrong = {problem.index for problem in added.bad}
        bad += len(wrong)
        problems += [problem.message for problem in added.bad]
        good = dict.fromkeys(key for place, (_, (key, _)) in enumerate(part) if place not in wrong)
        ids.update(zip(good, added.ids, strict=True))
        new += sum(1 for each in added.ids if each > mark)
        known += sum(1 for each in added.ids if each <= mark)
    found = {signal: ids[key] for signal, (key, _) in taken.items() if key in ids}
    done = Applied(added=new, known=known, kept_out=len(wanted) - len(taken), bad=bad, problems=tuple(problems[:20]))
    return found, done


def _entry(exchange: Exchange, signal: tuple[str, str], pair: tuple[bytes, Update]) -> EntryIn:
    update = pair[1]
    return EntryIn(
        kind=signal[0], value=signal[1], evidence=f"exchange:{exchange.name}", source=exchange.name,
        source_ref=update.ref[:200], tags=update.tags,
    )  # fmt: skip


def _kept_out(exchange: Exchange, keys: set[bytes]) -> set[bytes]:
    """Values that a person took out of this bank, and nobody put in again since."""
    rows = Entry.objects.filter(bank_id=exchange.bank_id, key__in=list(keys)).order_by("change")
    last = {bytes(key): (state, why) for key, state, why in rows.values_list("key", "state", "why")}
    return {key for key, (state, why) in last.items() if state == Entry.State.REMOVED and not why.startswith(OURS)}


def _records(exchange: Exchange, updates: Sequence[Update], entries: dict[tuple[str, str], UUID]) -> set[UUID]:
    """Write the records and what stands behind what; the entries that lost a record."""
    if not updates:
        return set()
    now = clock.now()
    rows = {
        (key := _hashed(update.key)): Record(
            exchange=exchange, key=key, ref=update.ref[:200], tags=list(update.tags), opinions=list(update.opinions), ours=update.ours,
            generation=exchange.generation, first_seen=now, last_seen=now, gone_at=None,
        )
        for update in updates
    }  # fmt: skip
    Record.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["exchange", "key"], batch_size=1_000,
        update_fields=["ref", "tags", "opinions", "ours", "generation", "last_seen", "gone_at"],
    )  # fmt: skip
    numbers = dict(Record.objects.filter(exchange=exchange, key__in=list(rows)).values_list("key", "pk"))
    wanted = {
        (numbers[_hashed(update.key)], entries[signal])
        for update in updates
        for signal in update.signals
        if signal in entries
    }
    stood = set(Signal.objects.filter(record_id__in=list(numbers.values())).values_list("record_id", "entry_id"))
    lost = stood - wanted
    for record, entry in lost:
        Signal.objects.filter(record_id=record, entry_id=entry).delete()
    Signal.objects.bulk_create(
        [Signal(record_id=record, entry_id=entry) for record, entry in sorted(wanted - stood)], batch_size=2_000
    )
    return {entry for _, entry in lost}


def _gone(exchange: Exchange, keys: Sequence[str]) -> set[UUID]:
    """Note that records are not there any more; the entries that lost one."""
    rows = Record.objects.filter(exchange=exchange, key__in=list(keys), gone_at=None)
    numbers = list(rows.values_list("pk", flat=True))
    if not numbers:
        return set()
    Record.objects.filter(pk__in=numbers).update(gone_at=clock.now(), generation=exchange.generation)
    signals = Signal.objects.filter(record_id__in=numbers)
    lost = set(signals.values_list("entry_id", flat=True))
    signals.delete()
    return lost


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
