"""Which launches somebody may know of, and whose numbers: by market and vendor, else it looks as if there were none."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor, Scope
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.policy.models import Policy
from watchfloor.programme.launches.models import Launch

VIEW, EDIT, APPROVE, PUBLISH = "programme.view", "programme.edit", "programme.approve", "policy.approve"


def rows(actor: Actor, permission: str = VIEW) -> Q:
    """Launches that touch one of the actor's markets (one without markets is everywhere's), and name one of their vendors."""
    if actor.all_powerful:
        return Q()
    found = access.NOTHING
    for scope in actor.scopes:
        if permission not in scope.permissions or scope.queues is not None:
            continue  # a launch is not of a queue: who is limited to some is shown none
        part = Q()
        if scope.markets is not None:
            part &= Q(markets__overlap=sorted(scope.markets)) | Q(markets=[])
        if scope.vendors is not None:
            part &= Q(vendors__overlap=sorted(scope.vendors))
        if not part:
            return Q()
        found |= part
    return found


def launches(actor: Actor) -> QuerySet[Launch]:
    """The launches this person may see, newest first."""
    return Launch.objects.filter(rows(actor)).order_by("-number")


def one(actor: Actor, number: int, permission: str = VIEW) -> Launch:
    """By its number.

    Raises:
        NotFound: there is none, or it is none of theirs; the two look the same.
        Forbidden: they may see it and not do this.
    """
    row = launches(actor).filter(number=number).first()
    if row is None:
        raise NotFound("unknown_launch", "There is no such launch.")
    if permission != VIEW and not may(actor, row, permission):
        raise Forbidden("no_permission", "Your roles do not include this step of a launch.")
    return row


def may(actor: Actor, launch: Launch, permission: str) -> bool:
    """Whether they have the permission for all that this launch reaches: who runs one market does not decide for two."""
    return _covers(actor, launch, permission)


def sees_numbers(actor: Actor, launch: Launch) -> bool:
    """Whether the figures of the launch are theirs to see: of all its markets and vendors, with the policy's clearance."""
    policy = Policy.objects.filter(key=launch.policy_key).values_list("clearance", flat=True).first()
    return _covers(actor, launch, VIEW) and _covers(actor, launch, "insight.view", policy or "")


def vendors_of(actor: Actor) -> frozenset[str] | None:
    """The vendors whose parts of a fact somebody sees; None: all."""
    if actor.all_powerful:
        return None
    known: set[str] = set()
    for scope in actor.scopes:
        if VIEW in scope.permissions:
            if scope.vendors is None:
                return None
            known |= scope.vendors
    return frozenset(known)


def reader(launch: Launch) -> Actor:
    """Who reads the figures of a launch, whoever opens the page: nothing restricted but the policy's own."""
    clearance = Policy.objects.filter(key=launch.policy_key).values_list("clearance", flat=True).first()
    scope = Scope(
        role="launch", permissions=frozenset({"insight.view"}), clearances=frozenset({clearance} if clearance else ())
    )
    return Actor(kind="system", id="launches", scopes=(scope,))


def by_id(pk: UUID) -> Launch:
    """One launch, locked until the transaction is over."""
    row = Launch.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("unknown_launch", "There is no such launch.")
    return row


def _covers(actor: Actor, launch: Launch, permission: str, clearance: str = "") -> bool:
    if actor.all_powerful:
        return True
    for scope in actor.scopes:
        if permission not in scope.permissions or scope.queues is not None:
            continue
        if clearance and clearance not in scope.clearances:
            continue
        markets = scope.markets is None or (bool(launch.markets) and set(launch.markets) <= scope.markets)
        vendors = scope.vendors is None or (bool(launch.vendors) and set(launch.vendors) <= scope.vendors)
        if markets and vendors:
            return True
    return False
