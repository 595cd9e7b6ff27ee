"""Whole numbers for ids of ours: the protocol's clients know reports, queues and subjects by them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from watchfloor.interop.atproto.models import Number

REPORT, SUBJECT, QUEUE, JOB, EXTERNAL = "report", "subject", "queue", "job", "external"


def numbers(kind: str, rows: Collection[UUID]) -> dict[UUID, int]:
    """The numbers of these rows; those that have none yet are given one. Asked twice at once, both get the same."""
    found = dict(Number.objects.filter(kind=kind, row__in=list(rows)).values_list("row", "id"))
    missing = [Number(kind=kind, row=row) for row in dict.fromkeys(rows) if row not in found]
    if missing:
        Number.objects.bulk_create(missing, ignore_conflicts=True)
        found = dict(Number.objects.filter(kind=kind, row__in=list(rows)).values_list("row", "id"))
    return found


def number(kind: str, row: UUID) -> int:
    """The number of one row."""
    return numbers(kind, [row])[row]


def row_of(kind: str, given: int) -> UUID | None:
    """The row behind a number, or None."""
    return Number.objects.filter(kind=kind, pk=given).values_list("row", flat=True).first()


def claimed(kind: str, row: UUID) -> bool:
    """Give a row its number; False when it had one before. In the caller's transaction, which undoes it."""
    _, made = Number.objects.get_or_create(kind=kind, row=row)
    return made
