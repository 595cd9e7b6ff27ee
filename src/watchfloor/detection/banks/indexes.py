"""The index of all live hashes: a folder that one process writes and all read, and what was committed since it was written.

Entries are numbered by their last change, in the order of their commits (``models.BankClock``). The writer takes them in by
number and notes how far it got in ``current.json``; readers take the index as it is there and compare with what has a higher number
in the database itself. So an entry counts from its commit on, whether or not the writer has come by, and one that was taken
out is told by its state in the database. A folder that is lost or broken is made anew beside the old one, which serves meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from watchfloor.detection.banks import stored_hashes
from watchfloor.detection.banks.models import BankClock, Entry, EntryHash
from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.index.scan import scan
from watchfloor.engines.matching.pdq import RADIUS
from watchfloor.kernel.errors import Conflict

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Rows

AT_ONCE = 5_000  # entries taken in by one step of the writer
MOST_NEAR = 2_000  # hashes told for one question, the nearest first
COMPACT_AFTER = 20_000  # changes since the last snapshot, or a quarter of the index if that is more
_lock = threading.Lock()
_reader: tuple[str, HashIndex] | None = None
_writer: tuple[str, HashIndex] | None = None
_changed = 0


class Place(msgspec.Struct, frozen=True):
    """Which folder counts, and the last change it holds."""

    folder: str = ""
    followed: int = 0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the index stands: hashes in it, the last change it holds and the last there is."""

    hashes: int
    followed: int
    last: int
    folder: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The index beside the database: hashes that are missing, too many, or other than there."""

    hashes: int
    missing: int
    extra: int
    other: int

    @property
    def sound(self) -> bool:
        """Whether they agree."""
        return not (self.missing or self.extra or self.other)


def home() -> Path:
    """Where the folders lie."""
    return Path(settings.HOME) / "banks-index"


def near(rows: Rows, radius: int = RADIUS) -> list[list[tuple[int, int]]]:
    """For each row (n x 4 words) the live hashes within ``radius`` bits as (hash id, distance), the nearest first.

    Hashes of entries that were taken out moments ago may be among them: their entry says so.

    Raises:
        Overloaded: very many entries have come and the writer has not taken them in.
    """
    np = numpy()
    asked = np.ascontiguousarray(rows, dtype=np.uint64).reshape(-1, 4)
    found: list[list[tuple[int, int]]] = [[] for _ in range(len(asked))]
    if not len(asked):
        return found
    place = _place()  # before the index is looked at: it then holds at least this
    if place.folder:
        for question, each, distance in zip(*_lists(_reading(place).search(asked, radius)), strict=True):
            found[question].append((each, distance))
    ids, fresh = stored_hashes.since(place.followed)
    if len(ids):
        for number, which, bits in zip(*_lists(scan(fresh, asked, radius)), strict=True):
            found[number].append((int(ids[which]), bits))
    return [
        sorted(dict(each).items(), key=lambda pair: (pair[1], pair[0]))[:MOST_NEAR] if each else [] for each in found
    ]


def follow(limit: int = AT_ONCE) -> int:
    """Take in what changed since; how many entries. One process at a time does it, others return 0."""
    global _changed
    with transaction.atomic():
        if not _turn():
            return 0
        place = _place()
        rows = list(
            Entry.objects.filter(change__gt=place.followed)
            .order_by("change")
            .values_list("pk", "change", "state")[:limit]
        )
        if place.folder and not rows:
            return 0
        try:
            index, name = _writing(place.folder)
        except Conflict:  # a process that is on its way out still holds the folder
            return 0
        live = [pk for pk, _, state in rows if state == Entry.State.LIVE]
        gone = [pk for pk, _, state in rows if state != Entry.State.LIVE]
        np = numpy()
        for ids, hashes in stored_hashes.of(live):
            index.add(ids, hashes)
            _changed += len(ids)
        if gone:
            old = EntryHash.objects.filter(entry__in=gone).values_list("pk", flat=True)
            _changed += index.delete(np.fromiter(old, dtype=np.int64))
        if _changed > max(COMPACT_AFTER, len(index) // 4):
            index.compact()
            _changed = 0
        _put(Place(name, rows[-1][1] if rows else place.followed))
    return len(rows)


def rebuild() -> int:
    """Make the index anew from the database, beside the one that serves, and put it in its place. How many hashes it holds."""
    global _writer, _changed
    with transaction.atomic():
        _wait_turn()
        with connection.cursor() as cursor:  # no entry may change between its number and its hashes
            cursor.execute("SELECT number FROM detection_bank_clock WHERE id = 1 FOR UPDATE")
        last = _last()
        old = _place().folder
        name = _next(old)
        with HashIndex(home() / name) as index:
            for ids, rows in stored_hashes.every():
                index.add(ids, rows)
            index.compact()
            size = len(index)
        with _lock:
            if _writer is not None:
                _writer[1].close()
            _writer, _changed = None, 0
        _put(Place(name, last))
    if old:
        shutil.rmtree(home() / old, ignore_errors=True)
    return size


def check() -> Checked:
    """Compare every hash of the index with the database, as of what the index has taken in."""
    with transaction.atomic():
        _wait_turn()  # nobody writes meanwhile
        place = _place()
        ids, rows = _reading(place).living() if place.folder else (numpy().zeros(0), numpy().zeros((0, 4)))
        here = dict(zip(ids.tolist(), (row.tobytes() for row in rows), strict=True))
        missing = extra = other = seen = 0
        newer = set(EntryHash.objects.filter(entry__change__gt=place.followed).values_list("pk", flat=True))
        for stored, bits in stored_hashes.every():
            for each, row in zip(stored.tolist(), bits, strict=True):
                if each in newer:
                    here.pop(each, None)
                    continue
                seen += 1
                held = here.pop(each, None)
                missing += held is None
                other += held is not None and held != row.tobytes()
        extra = sum(1 for each in here if each not in newer)
    return Checked(hashes=seen, missing=missing, extra=extra, other=other)


def status() -> Status:
    """How it stands."""
    place = _place()
    size = len(_reading(place)) if place.folder else 0
    return Status(hashes=size, followed=place.followed, last=_last(), folder=place.folder)


def forget() -> None:
    """Close what this process holds open (tests, and before another folder)."""
    global _reader, _writer, _changed
    with _lock:
        for held in (_reader, _writer):
            if held is not None:
                held[1].close()
        _reader = _writer = None
        _changed = 0


def _reading(place: Place) -> HashIndex:
    """The folder as it is now."""
    global _reader
    with _lock:
        if _reader is None or _reader[0] != place.folder:
            _reader = (place.folder, HashIndex(home() / place.folder, read_only=True))
        else:
            _reader[1].refresh()
        return _reader[1]


def _writing(folder: str) -> tuple[HashIndex, str]:
    """The folder to write to; a first one where there is none."""
    global _writer
    name = folder or _next("")
    with _lock:
        if _writer is None or _writer[0] != name:
            if _writer is not None:
                _writer[1].close()
            _writer = (name, HashIndex(home() / name))
        return _writer[1], name


def _place() -> Place:
    try:
        return msgspec.json.decode((home() / "current.json").read_bytes(), type=Place)
    except (FileNotFoundError, msgspec.DecodeError):
        return Place()


def _put(place: Place) -> None:
    home().mkdir(parents=True, exist_ok=True)
    fresh = home() / f"current.json.{os.getpid()}"
    fresh.write_text(json.dumps({"folder": place.folder, "followed": place.followed}), encoding="utf-8")
    fresh.replace(home() / "current.json")


def _next(old: str) -> str:
    names = [path.name for path in home().glob("index-*")] if home().exists() else []
    number = max((int(name.rpartition("-")[2]) for name in (*names, old) if name), default=0) + 1
    return f"index-{number:06d}"


def _last() -> int:
    return BankClock.objects.aggregate(last=Max("number"))["last"] or 0


def _key() -> str:
    return f"{socket.gethostname()}:{home()}"


def _turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 31))", [_key()])
        return bool(cursor.fetchone()[0])


def _wait_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 31))", [_key()])


def _lists(found: Any) -> tuple[list[int], list[int], list[int]]:
    return found[0].tolist(), found[1].tolist(), found[2].tolist()
