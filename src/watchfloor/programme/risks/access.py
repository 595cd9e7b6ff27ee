"""Who may know of which risk: ``programme.view`` within one's markets and vendors; the whole house's are for those without limits."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.programme.risks.models import CalendarEvent, Horizon, Risk

VIEW, EDIT = "programme.view", "programme.edit"
T = TypeVar("T", Risk, Horizon, CalendarEvent)


def risks(actor: Actor, permission: str = VIEW) -> QuerySet[Risk]:
    """Those the actor may know of; a risk of the house names no vendor, and is not for those who are limited to one."""
    limits = _limits(actor, permission, "market", "vendor_key")
    return Risk.objects.filter(limits)


def horizon(actor: Actor, permission: str = VIEW) -> QuerySet[Horizon]:
    """Those of the actor's markets, and those of all markets."""
    return Horizon.objects.filter(access.rows(actor, permission, market="market"))


def calendar(actor: Actor, permission: str = VIEW) -> QuerySet[CalendarEvent]:
    """Those of the actor's markets."""
    return CalendarEvent.objects.filter(access.rows(actor, permission, market="market"))


def one(rows: QuerySet[T], pk: UUID) -> T:
    """One of them; what may not be seen was never there."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound("unknown_row", "There is no such entry.")
    return row


def must(actor: Actor, market: str | None, vendor: str | None = None) -> None:
    """Refuse what lies beyond the actor's markets or vendors; what names none is for those without limits."""
    for scope in actor.scopes:
        if EDIT not in scope.permissions:
            continue
        if scope.markets is not None and market not in scope.markets:
            continue
        if scope.vendors is not None and vendor not in scope.vendors:
            continue
        return
    if not actor.all_powerful:
        raise BadInput("beyond", "Choose among your own markets and vendors.", where="market")


def _limits(actor: Actor, permission: str, market: str, vendor: str) -> Q:
    if actor.all_powerful:
        return Q()
    found = access.NOTHING
    for scope in actor.scopes:
        if permission not in scope.permissions:
            continue
        allowed = Q()
        if scope.markets is not None:
            allowed &= Q(**{f"{market}__in": sorted(scope.markets)})
        if scope.vendors is not None:
            allowed &= Q(**{f"{vendor}__in": sorted(scope.vendors)})
        if not allowed:
            return Q()
        found |= allowed
    return found


def person(text: Any) -> UUID | None:
    """Somebody who can sign in, by id; None for nobody."""
    if not text:
        return None
    try:
        found = UUID(str(text).removeprefix("user:"))
    except ValueError:
        found = None
    if found is None or not User.objects.filter(pk=found, is_active=True).exists():
        raise BadInput("unknown_person", "There is no such person.", where="owner")
    return found
