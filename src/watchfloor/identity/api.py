"""JSON: who am I, and which tokens exist (never their secrets)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import ApiToken
from watchfloor.kernel.errors import Forbidden
from watchfloor.kernel.ids import encode

router = Router(tags=["identity"])


class Me(Schema):
    """The caller. ``source`` is the name its reports and events are filed under."""

    kind: str
    id: str
    name: str
    source: str
    permissions: list[str]


class TokenOut(Schema):
    """A token without its secret; ``last_used_at`` is right within five minutes."""

    id: str
    name: str
    begins: str
    source: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@router.get("/me", response=Me, summary="Who am I", operation_id="me")
def me(request: HttpRequest) -> Me:
    """What the bearer token is and may do; a first call to try a new token with."""
    actor = actor_of(request)
    return Me(
        kind=actor.kind,
        id=encode("tok", uuid.UUID(actor.id)) if actor.kind == "token" else encode("usr", uuid.UUID(actor.id)),
        name=actor.name,
        source=str(getattr(request, "token_source", "")),
        permissions=sorted(actor.permissions),
    )


@router.get("/tokens", response=list[TokenOut], summary="List API tokens", operation_id="tokens")
def tokens(request: HttpRequest) -> list[TokenOut]:
    """Newest first, at most 500. Needs ``people.manage`` or ``settings.manage``."""
    if not any(actor_of(request).has(name) for name in ("people.manage", "settings.manage")):
        raise Forbidden("no_permission", "This token holds neither people.manage nor settings.manage.")
    return [
        TokenOut(
            id=encode("tok", row.pk),
            name=row.name,
            begins=row.prefix,
            source=row.source,
            permissions=row.permissions,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )
        for row in ApiToken.objects.order_by("-created_at")[:500]
    ]
