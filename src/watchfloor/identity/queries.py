"""Readers: who a user or a token is, as an ``Actor``."""

from __future__ import annotations

import hashlib
import uuid

from django.db.models import Q

from watchfloor.identity.domain import Actor, Scope
from watchfloor.identity.models import ApiToken, Grant, Role, User
from watchfloor.kernel import clock


def actor_for(user: User) -> Actor:
    """The actor of a signed-in person: two small queries."""
    now = clock.now()
    grants = list(
        Grant.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now), user_id=user.pk, revoked_at__isnull=True
        )
    )
    roles = {
        role.key: frozenset(role.permissions)
        for role in Role.objects.filter(key__in=[grant.role_key for grant in grants])
    }
    scopes = tuple(
        Scope(
            role=grant.role_key,
            permissions=roles.get(grant.role_key, frozenset()),
            queues=None if grant.queues is None else frozenset(grant.queues),
            markets=None if grant.markets is None else frozenset(grant.markets),
            vendors=None if grant.vendors is None else frozenset(grant.vendors),
            max_severity=grant.max_severity,
            clearances=frozenset(grant.clearances),
        )
        for grant in grants
    )
    return Actor(kind="user", id=str(user.pk), name=user.name, scopes=scopes)


def actor_for_id(user_id: uuid.UUID) -> Actor:
    """As ``actor_for``, by id."""
    return actor_for(User.objects.get(pk=user_id))


def token_digest(secret: str) -> str:
    """What is stored of a bearer token. A plain hash is enough: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str) -> ApiToken | None:
    """The live token with this secret, or None."""
    now = clock.now()
    return (
        ApiToken.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now), digest=token_digest(secret), revoked_at__isnull=True
        )
    ).first()


def actor_for_token(token: ApiToken) -> Actor:
    """A program's actor; its permissions are the token's own, without limits of market or queue."""
    scope = Scope(role="token", permissions=frozenset(token.permissions))
    return Actor(kind="token", id=str(token.pk), name=token.name, scopes=(scope,))
