"""Readers: who a user or a token is, as an ``Actor``; lists of people, grants and tokens for the settings pages."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import timedelta

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.identity import token_limits
from watchfloor.identity.domain import GLASS, Actor, Scope
from watchfloor.identity.models import ApiToken, BreakGlass, Grant, Role, User
from watchfloor.identity.token_limits import KINDS, Within
from watchfloor.kernel import clock
from watchfloor.platform.addresses import within

USE_NOTED_EVERY = timedelta(minutes=5)


def live_grants() -> QuerySet[Grant]:
    """Grants that count now."""
    return Grant.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), revoked_at__isnull=True)


def scope_of(grant: Grant, permissions: Iterable[str]) -> Scope:
    """A stored grant as the limits it sets."""
    return Scope(
        role=grant.role_key,
        permissions=frozenset(permissions),
        queues=None if grant.queues is None else frozenset(grant.queues),
        markets=None if grant.markets is None else frozenset(grant.markets),
        vendors=None if grant.vendors is None else frozenset(grant.vendors),
        max_severity=grant.max_severity,
        clearances=frozenset(grant.clearances),
        until=grant.expires_at,
    )


def actor_for(user: User) -> Actor:
    """The actor of a person: two small queries."""
    grants = list(live_grants().filter(user_id=user.pk))
    roles = {role.key: role.permissions for role in Role.objects.filter(key__in=[grant.role_key for grant in grants])}
    scopes = tuple(scope_of(grant, roles.get(grant.role_key, ())) for grant in grants)
    actor = Actor(kind="user", id=str(user.pk), name=user.name, scopes=scopes)
    return under_glass(actor) if actor.has("glass.break") else actor


def glass_in_force() -> QuerySet[BreakGlass]:
    """Breakings of the glass that count now; they end by themselves."""
    return BreakGlass.objects.filter(expires_at__gt=clock.now(), ended_at__isnull=True)


def under_glass(actor: Actor) -> Actor:
    """The actor with what they took by breaking the glass, if it is broken now; marked, so that all they do says so."""
    taken = list(glass_in_force().filter(user_id=actor.id).order_by("-broken_at"))
    if not taken:
        return actor
    more = tuple(
        Scope(
            role=GLASS, permissions=frozenset(row.permissions), clearances=frozenset(row.clearances),
            markets=None if row.markets is None else frozenset(row.markets), until=row.expires_at,
        )
        for row in taken
    )  # fmt: skip
    return msgspec.structs.replace(actor, scopes=(*actor.scopes, *more), on_behalf=f"{GLASS}:{taken[0].pk}")


def actor_for_id(user_id: uuid.UUID) -> Actor:
    """As ``actor_for``, by id."""
    return actor_for(User.objects.get(pk=user_id))


def token_digest(secret: str) -> str:
    """What is stored of a bearer token. A plain hash is enough: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str, address: str = "") -> ApiToken | None:
    """The live token with this secret, or None; one that is bound to networks also for who does not say from where it is used.

    Doors ask ``programs.admit``, which knows the address and how fast a token may call.
    """
    row = token_with(secret)
    return row if row is not None and within(address, row.networks or ()) else None


def token_with(secret: str) -> ApiToken | None:
    """The live token with this secret, from wherever it is used; while it is rotated the secret before works as well.

    Notes, at most every five minutes, that it was used.
    """
    now = clock.now()
    digest = token_digest(secret)
    live = ApiToken.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
    row = live.filter(Q(digest=digest) | Q(old_digest=digest, old_until__gt=now)).first()
    if row is not None:
        noted = "last_used_at" if row.digest == digest else "old_used_at"
        before = getattr(row, noted)
        if before is None or abs(now - before) > USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=row.pk).update(**{noted: now})
    return row


def within_of(token: ApiToken) -> Within:
    """The queues, markets and vendors a token counts for."""
    return Within(**{kind: None if (found := getattr(token, kind)) is None else tuple(found) for kind in KINDS})


def markets_of(token: ApiToken) -> frozenset[str] | None:
    """The markets that what is sent with a token must name one of; None: it need not name any."""
    return None if token.markets is None else frozenset(token.markets)


def actor_for_token(token: ApiToken) -> Actor:
    """A program's actor: what the token may do, and where."""
    scope = token_limits.scope(token.permissions, within_of(token))
    return Actor(kind="token", id=str(token.pk), name=token.name, scopes=(scope,))
