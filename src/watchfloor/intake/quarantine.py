"""What could not be worked: look at it, replay it once the cause is mended, or discard it with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.intake.events import RowDiscarded, RowReplayed
from watchfloor.intake.models import Spooled
from watchfloor.intake.rows import EVENT, LANE_NEVER_SHED, RECEIPT
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies

PERMISSION = "intake.manage"
MAX_SHOWN = 20_000  # characters of a body
WITHHELD = "(shown only to people who are cleared for it)"


class Aside(msgspec.Struct, frozen=True):
    """A quarantined row as people and programs see it."""

    id: str
    kind: str
    source: str
    received_at: datetime
    attempts: int
    error: str
    urgent: bool


def rows(actor: Actor, *, kind: str = "", source: str = "") -> QuerySet[Spooled]:
    """Quarantined rows, oldest and most urgent first; nothing for those who may not see them."""
    if not actor.has(PERMISSION):
        return Spooled.objects.none()
    found = Spooled.objects.filter(state=Spooled.State.QUARANTINED).order_by("lane", "id")
    if kind:
        found = found.filter(kind=kind)
    return found.filter(source=source) if source else found


def summary(actor: Actor) -> list[dict[str, Any]]:
    """How many rows failed for which error: ``[{"error", "kind", "source", "count"}]``, the most frequent first."""
    found = rows(actor).order_by().values("error", "kind", "source").annotate(count=Count("id"))
    return [dict(row) for row in found.order_by("-count")]


def aside(row: Spooled) -> Aside:
    """A row for a list."""
    return Aside(receipt_of(row), row.kind, row.source, row.received_at, row.attempts, row.error, row.lane == 0)


def receipt_of(row: Spooled) -> str:
    """The receipt its sender has."""
    return encode(RECEIPT[row.kind], row.pk)


def body_text(actor: Actor, row: Spooled) -> str:
    """The bytes as they came, as text to be shown; what is not UTF-8 is made visible.

    What is, or may be, about a restricted policy is shown only to those who are cleared for it; the row can be replayed or discarded
    all the same.
    """
    if any(not actor.may(PERMISSION, clearance=clearance) for clearance in _clearances(row)):
        return WITHHELD
    return bytes(row.body or b"")[: 4 * MAX_SHOWN].decode("utf-8", "backslashreplace")[:MAX_SHOWN]


def _clearances(row: Spooled) -> set[str]:
    """What a row's content asks for: its reason's policy's; of an urgent row whose reason cannot be read, every one there is."""
    every = {policy.clearance for policy in policies.all_policies() if policy.clearance}
    try:
        content = json.loads(bytes(row.body or b""))
        key = content.get("reason") if isinstance(content, dict) else None
        if key is None and row.kind == EVENT:
            return set()
        clearance = policies.policy(policies.reason(str(key)).policy_key).clearance
    except (ValueError, BadInput):
        return every if row.lane == LANE_NEVER_SHED else set()
    return {clearance} if clearance else set()


def find(actor: Actor, receipt: str) -> Spooled:
    """The row with this receipt; ``NotFound`` when it is not in quarantine."""
    kind = next((kind for kind, prefix in RECEIPT.items() if receipt.startswith(f"{prefix}_")), "")
    if not kind:
        raise BadInput(
            "bad_id", f"{receipt[:60]!r} is no receipt.", hint="It looks like rpt_ or evt_ and 26 characters."
        )
    row = rows(actor, kind=kind).filter(pk=decode(RECEIPT[kind], receipt)).first()
    if row is None:
        raise NotFound("not_in_quarantine", f"{receipt} is not in quarantine.")
    return row


def replay(actor: Actor, ids: Iterable[UUID] | None = None) -> int:
    """Put rows (all, when None) back into the line with a fresh count of attempts; how many."""
    _may(actor)
    with writing(actor, reason="replay") as w:
        found = _locked(actor, ids)
        Spooled.objects.filter(pk__in=[row.pk for row in found]).update(
            state=Spooled.State.WAITING, attempts=0, begun=0, next_at=clock.now()
        )
        for row in found:
            w.event(RowReplayed(kind=row.kind, source=row.source), ("spooled", row.pk))
    return len(found)


def discard(actor: Actor, row_id: UUID, why: str) -> None:
    """Give a row up for good: its content is erased, who and why is in the ledger, its key stays taken."""
    _may(actor)
    if not why.strip():
        raise BadInput("missing_why", "Say why the row is given up.", where="why")
    with writing(actor, reason=why.strip()) as w:
        found = _locked(actor, [row_id])
        if not found:
            raise Conflict("not_in_quarantine", "The row is no longer in quarantine.")
        _discard(w, found[0], why.strip())


def _discard(w: Writer, row: Spooled, why: str) -> None:
    Spooled.objects.filter(pk=row.pk).update(
        state=Spooled.State.DISCARDED, body=None, error=f"Discarded: {why}"[:2_000]
    )
    w.event(RowDiscarded(kind=row.kind, source=row.source), ("spooled", row.pk))


def _locked(actor: Actor, ids: Iterable[UUID] | None) -> list[Spooled]:
    found = rows(actor)
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return list(found.select_for_update(skip_locked=True).defer("body"))


def _may(actor: Actor) -> None:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "You may not change what is in quarantine.", hint=f"It needs {PERMISSION}.")
