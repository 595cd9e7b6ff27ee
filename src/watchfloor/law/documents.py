"""Versions of the clock table and of the retention rules: written by one person, approved by another, never changed afterwards.

What already runs stays pinned to the version it began under.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models import Max

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.law.domain import retention
from watchfloor.law.domain.table import Table, read
from watchfloor.law.events import DocumentApproved, DocumentDrafted, DocumentDropped
from watchfloor.law.models import Document
from watchfloor.ledger.writer import Writer, writing

CLOCKS, RETENTION = "clocks", "retention"
CHECKS: dict[str, Callable[[dict[str, Any]], int]] = {
    CLOCKS: lambda document: len(read(document).clocks),
    RETENTION: lambda document: len(retention.read(document)),
}


def draft(actor: Actor, kind: str, document: dict[str, Any], note: str = "") -> Document:
    """Write a new version, or change the draft there is. It counts for nothing until ``approve``."""
    with writing(actor, reason=note) as w:
        return draft_in(w, kind, document, note)


def draft_in(w: Writer, kind: str, document: dict[str, Any], note: str = "") -> Document:
    """``draft`` in the caller's transaction."""
    entries = _check(kind, document)
    row = Document.objects.select_for_update().filter(kind=kind, state=Document.State.DRAFT).first()
    values = {"document": document, "made_by": w.actor, "made_at": clock.now(), "note": note[:200]}
    if row is None:
        newest = Document.objects.filter(kind=kind).aggregate(most=Max("number"))["most"] or 0
        row = w.create(Document, kind=kind, number=newest + 1, state=Document.State.DRAFT, **values)
    else:
        w.update(row, **values)
    w.event(DocumentDrafted(kind=kind, number=row.number, entries=entries), row)
    return row


def approve(actor: Actor, kind: str, number: int) -> Document:
    """A second person agrees: the version is in force, the former one is history."""
    with writing(actor) as w:
        row = Document.objects.select_for_update().filter(kind=kind, number=number).first()
        if row is None:
            raise NotFound("unknown_version", "There is no such version.")
        if row.state != Document.State.DRAFT:
            raise Conflict("not_draft", "This version is not a draft any more.")
        if row.made_by == str(actor) and actor.kind != "system":
            raise Forbidden("own_work", "Somebody else must approve what you wrote.")
        live_in(w, row)
        return row


def live_in(w: Writer, row: Document) -> None:
    """Put a draft in force in the caller's transaction, without asking who may."""
    former = Document.objects.select_for_update().filter(kind=row.kind, state=Document.State.LIVE).first()
    if former is not None:
        w.update(former, state=Document.State.FORMER)
    w.update(row, state=Document.State.LIVE, approved_by=w.actor, approved_at=clock.now())
    w.event(DocumentApproved(kind=row.kind, number=row.number, written_by=row.made_by), row)
    forget()


def drop(actor: Actor, kind: str, number: int) -> None:
    """Throw a draft away."""
    with writing(actor) as w:
        row = Document.objects.select_for_update().filter(kind=kind, number=number, state=Document.State.DRAFT).first()
        if row is None:
            raise NotFound("unknown_version", "There is no such draft.")
        w.update(row, state=Document.State.DROPPED)
        w.event(DocumentDropped(kind=kind, number=number), row)


def _check(kind: str, document: dict[str, Any]) -> int:
    if kind not in CHECKS:
        raise BadInput("unknown_document", f"There is no document {kind[:20]!r}.")
    if not isinstance(document, dict):
        raise BadInput("bad_document", "A version is an object with its parts by name.")
    return CHECKS[kind](document)


def _live() -> Table:
    row = Document.objects.filter(kind=CLOCKS, state=Document.State.LIVE).first()
    return Table() if row is None else read(row.document, row.number)


@lru_cache(maxsize=64)
def _version(number: int) -> Table:
    row = Document.objects.filter(kind=CLOCKS, number=number).first()
    return Table() if row is None else read(row.document, row.number)


class _Current(Remembered[Table]):
    """Also forgets the versions, whose numbers a rolled-back transaction may have given twice."""

    def forget(self) -> None:
        super().forget()
        _version.cache_clear()


table = _Current(_live)


def version(number: int) -> Table:
    """The clock table in one of its versions."""
    live = table()
    return live if live.number == number else _version(number)


def rules() -> tuple[int, list[retention.Rule]]:
    """The retention rules in force with their number; none where nobody has approved any."""
    row = Document.objects.filter(kind=RETENTION, state=Document.State.LIVE).first()
    return (0, []) if row is None else (row.number, retention.read(row.document))


def forget() -> None:
    """Read the versions in force anew."""
    table.forget()
