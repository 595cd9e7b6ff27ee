"""Hashes of live entries as they lie in the database, ready for the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from watchfloor.detection.banks.models import Entry, EntryHash
from watchfloor.engines.matching.arrays import numpy
from watchfloor.kernel.errors import Overloaded

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids, Rows

MOST_BEHIND = 50_000  # hashes that are compared one by one before look-ups are refused


def since(followed: int) -> tuple[Ids, Rows]:
    """Hashes of live entries with a higher number than ``followed``.

    Raises:
        Overloaded: there are too many to compare one by one.
    """
    np = numpy()
    rows = list(
        EntryHash.objects.filter(entry__change__gt=followed, entry__state=Entry.State.LIVE)
        .order_by("pk")
        .values_list("pk", "bits")[: MOST_BEHIND + 1]
    )
    if len(rows) > MOST_BEHIND:
        raise Overloaded(f"More than {MOST_BEHIND:,} new hashes are being taken into the index.")
    return np.array([pk for pk, _ in rows], dtype=np.int64), rows_of_bits(bits for _, bits in rows)


def of(entries: list[Any]) -> Iterator[tuple[Ids, Rows]]:
    """The hashes of these entries; nothing where they have none."""
    np = numpy()
    rows = list(EntryHash.objects.filter(entry__in=entries).order_by("pk").values_list("pk", "bits")) if entries else []
    if rows:
        yield np.array([pk for pk, _ in rows], dtype=np.int64), rows_of_bits(bits for _, bits in rows)


def every(size: int = 100_000) -> Iterator[tuple[Ids, Rows]]:
    """Every hash of a live entry, in parts."""
    np = numpy()
    last = 0
    while True:
        rows = list(
            EntryHash.objects.filter(pk__gt=last, entry__state=Entry.State.LIVE)
            .order_by("pk")
            .values_list("pk", "bits")[:size]
        )
        if not rows:
            return
        last = rows[-1][0]
        yield np.array([pk for pk, _ in rows], dtype=np.int64), rows_of_bits(bits for _, bits in rows)


def rows_of_bits(many: Iterable[bytes | memoryview]) -> Rows:
    """n x 4 words of hashes as they are stored."""
    np = numpy()
    raw = b"".join(bytes(each)[::-1] for each in many)
    made: Rows = np.frombuffer(raw, dtype="<u8").astype(np.uint64).reshape(-1, 4)
    return made
