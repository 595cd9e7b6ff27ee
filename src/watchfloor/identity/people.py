"""Readers for the people pages: who may be seen by whom, their grants with who gave them, their sign-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import msgspec
from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.urls import reverse

from watchfloor.identity import words
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Grant, Role, User
from watchfloor.identity.queries import live_grants, scope_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Event


class Person(msgspec.Struct, frozen=True):
    """A line of the list."""

    id: uuid.UUID
    name: str
    email: str
    roles: list[str]
    state: str  # active | invited | disabled
    last_seen: datetime | None
    simulated: bool
    url: str


class Given(msgspec.Struct, frozen=True):
    """A grant as a person reads it."""

    id: uuid.UUID
    role: str
    limits: str
    permissions: list[str]
    given_by: str
    given_at: datetime | None
    expires_at: datetime | None
    ended: str  # "" | revoked | expired


class SignIn(msgspec.Struct, frozen=True):
    """One session's beginning."""

    at: datetime
    by: str


def manageable(actor: Actor) -> QuerySet[User]:
    """Everyone, for who manages people everywhere; else those who hold grants only within the manager's vendors."""
    scopes = [scope for scope in actor.scopes if "people.manage" in scope.permissions]
    if actor.all_powerful or any(scope.vendors is None for scope in scopes):
        return User.objects.all()
    vendors = sorted({vendor for scope in scopes for vendor in scope.vendors or ()})
    inside = live_grants().filter(vendors__contained_by=vendors, vendors__isnull=False).values("user_id")
    outside = live_grants().exclude(vendors__contained_by=vendors, vendors__isnull=False).values("user_id")
    return User.objects.filter(Q(pk__in=inside) & ~Q(pk__in=outside))


def visible(actor: Actor, user_id: uuid.UUID) -> User:
    """The person, or "not found" where the viewer may not know of them."""
    found = manageable(actor).filter(pk=user_id).first()
    if found is None:
        raise NotFound("unknown_person", "There is no such person.")
    return found


def listed(actor: Actor, *, query: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """The list's rows, filtered."""
    found = manageable(actor)
    for word in query.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if role:
        found = found.filter(pk__in=live_grants().filter(role_key=role).values("user_id"))
    if state == "disabled":
        found = found.filter(is_active=False)
    elif state == "invited":
        found = found.filter(is_active=True, simulated=False, last_login__isnull=True)
    elif state == "active":
        found = found.filter(Q(is_active=True) & (Q(last_login__isnull=False) | Q(simulated=True)))
    return found.order_by("name", "pk")


def rows(users: Iterable[User]) -> list[Person]:
    """With their roles' names; one query for all grants."""
    users = list(users)
    names = dict(Role.objects.values_list("key", "name"))
    held: dict[uuid.UUID, set[str]] = {}
    for user_id, key in (
        live_grants().filter(user_id__in=[user.pk for user in users]).values_list("user_id", "role_key")
    ):
        held.setdefault(user_id, set()).add(names.get(key, key))
    return [
        Person(
            id=user.pk,
            name=user.name,
            email=user.email,
            roles=sorted(held.get(user.pk, ())),
            state="disabled" if not user.is_active else "active" if user.last_login or user.simulated else "invited",
            last_seen=user.last_login,
            simulated=user.simulated,
            url=reverse("person", args=[user.pk]),
        )
        for user in users
    ]


def grants(user: User) -> list[Given]:
    """All grants a person ever had, live ones first; who gave them is in the ledger."""
    now = clock.now()
    found = list(Grant.objects.filter(user_id=user.pk))
    roles = {role.key: role for role in Role.objects.filter(key__in=[row.role_key for row in found])}
    events = {
        event.subject: event
        for event in Event.objects.filter(type="grant.given", subject__in=[f"grant:{row.pk}" for row in found])
    }
    names = _actor_names({event.actor for event in events.values()})
    given = []
    for row in found:
        event = events.get(f"grant:{row.pk}")
        role = roles.get(row.role_key)
        permissions = role.permissions if role else []
        ended = "revoked" if row.revoked_at else "expired" if row.expires_at and row.expires_at <= now else ""
        given.append(
            Given(
                id=row.pk,
                role=role.name if role else row.role_key,
                limits=words.limits_sentence(scope_of(row, permissions)),
                permissions=permissions,
                given_by=names.get(event.actor, event.actor) if event else "",
                given_at=event.at if event else None,
                expires_at=row.expires_at,
                ended=ended,
            )
        )
    return sorted(given, key=lambda one: (bool(one.ended), one.role))


def sign_ins(user: User, count: int = 5) -> list[SignIn]:
    """The last sessions' beginnings, newest first."""
    found = Event.objects.filter(type="user.signed_in", subject=f"user:{user.pk}").order_by("-ordinal")[:count]
    return [SignIn(event.at, str(event.data.get("by", ""))) for event in found]


def factors(user: User) -> dict[str, int]:
    """How many passkeys, authenticator apps and sets of recovery codes someone has."""
    found = {"webauthn": 0, "totp": 0, "recovery_codes": 0}
    for kind in Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True):
        found[kind] = found.get(kind, 0) + 1
    return found


def _actor_names(actors: set[str]) -> dict[str, str]:
    """Names of ``user:…`` actors; the program's parts are named plainly."""
    names = {actor: f"Watchfloor ({actor.partition(':')[2]})" for actor in actors if actor.startswith("system:")}
    ids = [uuid.UUID(actor[5:]) for actor in actors if actor.startswith("user:")]
    names.update({f"user:{pk}": name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")})
    return names
