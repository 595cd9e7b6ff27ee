"""Questions kept under a name, for oneself or for everyone who may investigate."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.detection.events import QueryArchived, QuerySaved
from watchfloor.detection.investigate.asking import PERMISSION
from watchfloor.detection.models_investigate import SavedQuery
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing

LONGEST = 8_000


def save(actor: Actor, name: str, address: str, *, shared: bool = False) -> SavedQuery:
    """Keep the page's query string under a name; the same name of the same owner is written over."""
    _may(actor)
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("bad_name", "A saved query needs a name of at most 120 characters.", where="name")
    if len(address) > LONGEST:
        raise BadInput("too_long", "This question is too long to be saved.", where="q")
    with writing(actor) as w:
        row = SavedQuery.objects.filter(owner=str(actor), name=name, archived_at__isnull=True).first()
        values = {"address": address, "shared": shared, "saved_at": clock.now()}
        row = w.update(row, **values) if row else w.create(SavedQuery, name=name, owner=str(actor), **values)
        w.event(QuerySaved(shared=shared), row)
    return row


def archive(actor: Actor, saved_id: UUID) -> SavedQuery:
    """Take a question of one's own away."""
    _may(actor)
    row = listed(actor).filter(pk=saved_id).first()
    if row is None:
        raise NotFound("no_query", "There is no such saved query.")
    if row.owner != str(actor):
        raise Forbidden(
            "not_yours", "Only who saved a query can take it away.", hint="Save it under a name of your own."
        )
    with writing(actor) as w:
        w.update(row, archived_at=clock.now())
        w.event(QueryArchived(), row)
    return row


def listed(actor: Actor) -> QuerySet[SavedQuery]:
    """One's own and those that others share, the newest first."""
    return SavedQuery.objects.filter(Q(owner=str(actor)) | Q(shared=True), archived_at__isnull=True).order_by(
        "-saved_at"
    )


def _may(actor: Actor) -> None:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include investigating.")
