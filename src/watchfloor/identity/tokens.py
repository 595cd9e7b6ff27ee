"""Writers of API tokens: bearer secrets for programs, shown once, kept as a digest."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from watchfloor.identity.domain import Actor, Scope
from watchfloor.identity.events import TokenCreated, TokenRevoked
from watchfloor.identity.granting import known_permissions
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import token_digest
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer


def create_token(
    w: Writer, by: Actor, *, name: str, source: str, permissions: list[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A bearer token for a program; the secret is returned once and never stored."""
    source = source.strip()
    if not source:
        raise BadInput(
            "missing_source", "A token needs a source: the name its reports and events are filed under.", where="source"
        )
    if len(source) > 60 or len(name.strip()) > 80:
        raise BadInput("too_long", "A source has at most 60 characters, a name 80.", where="source")
    if not permissions:
        raise BadInput("no_permission", "Choose at least one thing the token may do.", where="permissions")
    known_permissions(permissions)
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("already_over", "The end must lie in the future.", where="expires_at")
    beyond = by.beyond(Scope(role="token", permissions=frozenset(permissions), until=expires_at))
    if beyond is not None:
        raise Forbidden(
            "grants_above_self",
            f"You cannot give a token {beyond!r}: you do not hold it everywhere yourself.",
            where="permissions",
        )
    secret = "wf_" + secrets.token_urlsafe(32)
    row = w.create(
        ApiToken,
        name=name.strip() or source,
        prefix=secret[:9],
        digest=token_digest(secret),
        source=source,
        permissions=sorted(set(permissions)),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    w.event(TokenCreated(source=row.source, permissions=tuple(row.permissions)), row)
    return row, secret


def revoke_token(w: Writer, token_id: uuid.UUID) -> ApiToken:
    """End a token; programs using it are refused within seconds."""
    row = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if row is None:
        raise BadInput("unknown_token", "There is no such token.", where="token")
    if row.revoked_at is None:
        w.update(row, revoked_at=clock.now())
        w.event(TokenRevoked(source=row.source), row)
    return row
