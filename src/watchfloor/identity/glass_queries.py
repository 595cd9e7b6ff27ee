"""Readers of broken glass: what is in force, what waits for review, and what was done under each."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import BreakGlass, RestrictedRead
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Event

MOST = 500


class Glass(msgspec.Struct, frozen=True):
    """One of them as people and programs see it. ``state``: broken | to_review | overdue | reviewed."""

    id: uuid.UUID
    who: str
    state: str
    reason: str
    permissions: tuple[str, ...]
    clearances: tuple[str, ...]
    broken_at: datetime
    over_at: datetime
    review_by: datetime
    reviewed_by: str = ""
    outcome: str = ""
    finding: str = ""


class Done(msgspec.Struct, frozen=True):
    """One thing done under it: a change (``type`` of its event) or a look."""

    at: datetime
    what: str
    subject: str


def visible(actor: Actor) -> QuerySet[BreakGlass]:
    """All of them for who reviews, one's own for everybody else."""
    rows = BreakGlass.objects.order_by("-broken_at")
    if actor.has("glass.review"):
        return rows
    return rows.filter(user_id=actor.id) if actor.kind == "user" and actor.id != "anonymous" else rows.none()


def one(actor: Actor, glass_id: uuid.UUID) -> BreakGlass:
    """``NotFound`` where there is none that the actor may see."""
    row = visible(actor).filter(pk=glass_id).first()
    if row is None:
        raise NotFound("unknown_glass", "There is no such breaking of the glass.")
    return row


def views(rows: list[BreakGlass]) -> list[Glass]:
    """Rows for people."""
    names = names_of({f"user:{row.user_id}" for row in rows} | {row.reviewed_by for row in rows})
    return [
        Glass(
            row.pk, names[f"user:{row.user_id}"], state_of(row), row.reason, tuple(row.permissions), tuple(row.clearances),
            row.broken_at, min(row.ended_at or row.expires_at, row.expires_at), row.review_by, names.get(row.reviewed_by, ""),
            row.outcome, row.finding,
        )
        for row in rows
    ]  # fmt: skip


def state_of(row: BreakGlass) -> str:
    """Where it stands now."""
    now = clock.now()
    if row.reviewed_at is not None:
        return "reviewed"
    if row.ended_at is None and row.expires_at > now:
        return "broken"
    return "overdue" if row.review_by < now else "to_review"


def waiting(actor: Actor) -> int:
    """How many ring for this actor: broken now, or not reviewed yet."""
    return BreakGlass.objects.filter(reviewed_at__isnull=True).count() if actor.has("glass.review") else 0


def done_under(row: BreakGlass) -> list[Done]:
    """Everything done and looked at under it, in order. Things are named by kind and id; their content stays where it is."""
    mark = f"break-glass:{row.pk}"
    person = f"user:{row.user_id}"
    until = min(row.ended_at or row.expires_at, row.expires_at)
    changes = Event.objects.filter(actor=person, on_behalf=mark, at__gte=row.broken_at, at__lte=until).order_by("at")
    looks = RestrictedRead.objects.filter(actor=person, under=mark).order_by("at")
    found = [Done(each.at, each.type, each.subject) for each in changes[:MOST]]
    found += [Done(each.at, "look", each.subject) for each in looks[:MOST]]
    return sorted(found, key=lambda each: each.at)
