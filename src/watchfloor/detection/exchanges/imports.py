"""Files into a bank: read and shown first, taken in as a whole, taken back as a whole; nothing of the file is lost."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain

import msgspec

from watchfloor.detection.banks.actions import add_entries, remove_entries
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.entries import STANDING, key_of
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges import formats
from watchfloor.detection.exchanges.events import BankExported, ImportDone, ImportRead, ImportUndone
from watchfloor.detection.exchanges.formats.rows import BadRow, HashRow, Read
from watchfloor.detection.exchanges.models import Import, ImportEntry, ImportFile
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer

PART = 5_000
MOST_ROWS = 2_000_000


def prepare(w: Writer, bank: Bank, name: str, data: bytes, *, format: str = "", kind: str = "") -> Import:
    """Read a file and keep what it holds, without touching the bank: what is new, what is known, what is wrong with each bad row.

    Args:
        format: a key of ``formats.FORMATS``; empty: told from name and content. kind: of rows that name none.

    Raises:
        BadInput: the file is none of this format, or nothing is in it.
    """
    format = format or formats.guess(name, data)
    found = formats.read(data, format, kind=kind)
    if not found.rows and not found.bad:
        raise BadInput("empty", "The file holds no rows.", where="file")
    if len(found.rows) > MOST_ROWS:
        raise BadInput("too_many", f"At most {MOST_ROWS:,} rows at once.", where="file", hint="Split it.")
    found = _not_past(found)
    known = _known(bank, found.rows)
    row = w.create(
        Import, bank=bank, name=name[:200], format=format, state=Import.State.READY, made_by=w.actor, made_at=clock.now(),
        new=len(found.rows) - known, known=known, bad=len(found.bad), doubles=found.doubles,
    )  # fmt: skip
    ImportFile.objects.create(load=row, rows=_packed(found.rows), bad=_packed(found.bad))
    w.event(ImportRead(bank=bank.key, new=row.new, known=known, bad=row.bad), row)
    return row


def take_in(w: Writer, load: Import) -> Import:
    """Put the good rows into the bank. Raises ``Conflict`` when that was done, undone or dropped already."""
    row = _locked(load, Import.State.READY)
    rows = good_rows(row)
    mark, new, known = new_id(), 0, 0
    for begin in range(0, len(rows), PART):
        added = add_entries(w, row.bank, [_entry(each, row) for each in rows[begin : begin + PART]])
        fresh = [each for each in added.ids if each > mark]
        new, known = new + len(fresh), known + added.known
        ImportEntry.objects.bulk_create([ImportEntry(load=row, entry_id=each) for each in fresh], batch_size=2_000)
    ImportFile.objects.filter(load=row).update(rows=None)
    w.update(row, state=Import.State.DONE, done_at=clock.now(), new=new, known=known)
    w.event(ImportDone(bank=row.bank.key, new=new, known=known), row)
    return row


def take_back(w: Writer, load: Import, why: str) -> Import:
    """Take out what the import put in and still stands; what was in the bank before stays."""
    row = _locked(load, Import.State.DONE)
    ids = list(ImportEntry.objects.filter(load=row).values_list("entry_id", flat=True))
    gone = sum(remove_entries(w, row.bank, ids[begin : begin + PART], why) for begin in range(0, len(ids), PART))
    w.update(row, state=Import.State.UNDONE, undone_at=clock.now(), taken_out=gone)
    w.event(ImportUndone(bank=row.bank.key, taken_out=gone), row, reason=why[:200])
    return row


def drop(w: Writer, load: Import) -> Import:
    """Put a file away that was only looked at."""
    row = _locked(load, Import.State.READY)
    ImportFile.objects.filter(load=row).update(rows=None)
    w.update(row, state=Import.State.DROPPED, undone_at=clock.now())
    w.event(ImportUndone(bank=row.bank.key, dropped=True), row)
    return row


def good_rows(load: Import) -> list[HashRow]:
    """The good rows of a file that waits to be taken in."""
    packed = ImportFile.objects.get(load=load).rows
    return [] if packed is None else msgspec.json.decode(zlib.decompress(bytes(packed)), type=list[HashRow])


def bad_rows(load: Import) -> list[BadRow]:
    """The bad rows of a file, kept for good."""
    return msgspec.json.decode(zlib.decompress(bytes(ImportFile.objects.get(load=load).bad)), type=list[BadRow])


def exported(bank: Bank, format: str) -> Iterator[str]:
    """A bank's standing entries as a file, part by part. Say that it was done with ``note_export``."""
    rows = Entry.objects.filter(bank=bank, state__in=(Entry.State.LIVE, Entry.State.QUARANTINED)).order_by(
        "added_at", "pk"
    )
    return formats.written((_row(each) for each in rows.iterator(2_000)), format, title=bank.key)


def note_export(w: Writer, bank: Bank, format: str) -> None:
    """The ledger's word on a bank that leaves the house."""
    if format not in formats.FORMATS:
        raise BadInput(
            "unknown_format", f"{format[:40]!r} is no format we write.", where="format", hint=", ".join(formats.FORMATS)
        )
    w.event(BankExported(bank=bank.key, format=format, entries=bank.size), bank)


def _row(each: Entry) -> HashRow:
    return HashRow(
        kind=each.kind, value=each.value, tags=tuple(each.tags), evidence=each.evidence, source=each.source,
        source_ref=each.source_ref, expires_at=each.expires_at,
    )  # fmt: skip


def _entry(each: HashRow, load: Import) -> EntryIn:
    return EntryIn(
        kind=each.kind, value=each.value, evidence=each.evidence or f"import:{load.pk}", source=each.source,
        source_ref=each.source_ref, expires_at=each.expires_at, tags=each.tags,
    )  # fmt: skip


def _not_past(found: Read) -> Read:
    """Rows whose end has passed are told, not taken."""
    now = clock.now()
    past = [row for row in found.rows if row.expires_at is not None and row.expires_at <= now]
    if not past:
        return found
    told = (BadRow(row.line, row.at, row.value[:80], "its end has passed.") for row in past)
    keep = tuple(row for row in found.rows if row.expires_at is None or row.expires_at > now)
    return Read(keep, tuple(sorted(chain(found.bad, told), key=lambda bad: bad.line)), found.doubles)


def _known(bank: Bank, rows: tuple[HashRow, ...]) -> int:
    """How many of these values stand in the bank."""
    keys = list({key_of(row.kind, row.value) for row in rows})
    standing = Entry.objects.filter(bank=bank, state__in=STANDING)
    return sum(standing.filter(key__in=keys[begin : begin + PART]).count() for begin in range(0, len(keys), PART))


def _packed(rows: tuple[HashRow, ...] | tuple[BadRow, ...]) -> bytes:
    return zlib.compress(msgspec.json.encode(rows), 6)


def _locked(load: Import, state: str) -> Import:
    row = Import.objects.select_for_update(of=("self",)).select_related("bank").get(pk=load.pk)
    if row.state != state:
        raise Conflict("other_state", "This file was already dealt with.", hint="Look at it again.")
    return row
