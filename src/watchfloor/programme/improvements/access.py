"""Whose suggestions and proposals somebody may know of. What one may not is as if it never was."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.programme.improvements.models import Proposal, Suggestion
from watchfloor.workforce.models import Reviewer

VIEW, EDIT, APPROVE, SUGGEST = "programme.view", "programme.edit", "programme.approve", "programme.suggest"
INHOUSE = "inhouse"


def vendor_of(actor: Actor) -> str:
    """The vendor somebody works for; empty for the house's own people, and for programs."""
    own = ""
    person = _uuid(actor) if actor.kind == "user" else None
    if person is not None:
        own = Reviewer.objects.filter(pk=person).values_list("vendor_key", flat=True).first() or ""
    if not own:
        limits = [scope.vendors for scope in actor.scopes if SUGGEST in scope.permissions]
        if len(limits) == 1 and limits[0] is not None and len(limits[0]) == 1:
            own = next(iter(limits[0]))
    return "" if own == INHOUSE else own


def visible(actor: Actor) -> QuerySet[Suggestion]:
    """Suggestions this person may read: one's own, those of one's vendor, and with ``programme.view`` those within one's limits."""
    within = access.rows(actor, VIEW, vendor="vendor_key", queue="queue_key")
    if actor.has(VIEW) and not within:  # no limits: everything
        return Suggestion.objects.all()
    allowed = Q(made_by=str(actor)) | within
    vendor = vendor_of(actor)
    if vendor:
        allowed |= Q(vendor_key=vendor)
    return Suggestion.objects.filter(allowed)


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """Proposals this person may read."""
    return Proposal.objects.filter(access.rows(actor, VIEW, vendor="vendor_key", queue="queue_key"))


def suggestion(actor: Actor, key: UUID) -> Suggestion:
    """One suggestion.

    Raises:
        NotFound: there is none, or it is none of theirs; the two look the same.
    """
    found = visible(actor).select_related("proposal", "joined_to").filter(pk=key).first()
    if found is None:
        raise NotFound("unknown_suggestion", "There is no such suggestion.")
    return found


def proposal(actor: Actor, key: UUID) -> Proposal:
    """One proposal.

    Raises:
        NotFound: there is none, or it is none of theirs; the two look the same.
    """
    found = proposals(actor).filter(pk=key).first()
    if found is None:
        raise NotFound("unknown_proposal", "There is no such proposal.")
    return found


def edits(actor: Actor, row: Suggestion | Proposal) -> bool:
    """Whether somebody may work on it."""
    return actor.may(EDIT, vendor=row.vendor_key, queue=row.queue_key)


def approves(actor: Actor, row: Proposal) -> bool:
    """Whether somebody may decide on it."""
    return actor.may(APPROVE, vendor=row.vendor_key, queue=row.queue_key)


def _uuid(actor: Actor) -> UUID | None:
    try:
        return UUID(actor.id)
    except ValueError:
        return None
