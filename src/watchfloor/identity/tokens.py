"""Writers of API tokens: bearer secrets for programs, shown once, kept as a digest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from watchfloor.identity import token_limits, token_shape
from watchfloor.identity.domain import Actor
from watchfloor.identity.events import TokenChanged, TokenCreated, TokenRevoked, TokenRotated
from watchfloor.identity.granting import known_permissions
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import token_digest, within_of
from watchfloor.identity.token_limits import EVERYWHERE, Within
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.platform import addresses

USUAL_OVERLAP: Final = timedelta(hours=24)
MOST_OVERLAP: Final = timedelta(days=30)
MOST_PER_MINUTE: Final = 1_000_000


def create_token(
    w: Writer,
    by: Actor,
    *,
    name: str,
    source: str,
    permissions: list[str],
    expires_at: datetime | None = None,
    networks: Sequence[str] = (),
    per_minute: int | None = None,
    owner_id: uuid.UUID | None = None,
    within: Within = EVERYWHERE,
) -> tuple[ApiToken, str]:
    """A bearer token for a program; the secret is returned once and never stored. ``owner_id``: it ends with that person.

    ``within``: the queues, markets and vendors it counts for; a permission that does not know such a limit is refused beside it.
    """
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
    token_limits.fit(within, permissions)
    values = _limits(networks, per_minute, expires_at) | within.columns
    beyond = by.beyond(token_limits.scope(permissions, within, until=expires_at))
    if beyond is not None:
        there = "within these limits" if within.named else "everywhere"
        raise Forbidden(
            "grants_above_self",
            f"You cannot give a token {beyond!r}: you do not hold it {there} yourself.",
            where="permissions",
        )
    secret = token_shape.make()
    row = w.create(
        ApiToken,
        name=name.strip() or source,
        prefix=secret[:9],
        digest=token_digest(secret),
        source=source,
        permissions=sorted(set(permissions)),
        created_at=clock.now(),
        owner_id=owner_id,
        **values,
    )
    w.event(TokenCreated(source=row.source, permissions=tuple(row.permissions)), row)
    return row, secret


def rotate_token(
    w: Writer, by: Actor, token_id: uuid.UUID, *, overlap: timedelta = USUAL_OVERLAP
) -> tuple[ApiToken, str]:
    """A new secret for a token; the one before works until ``overlap`` is over, so that nothing stands still in between."""
    row = _live(token_id)
    _may_hold(by, row)
    if not timedelta(0) <= overlap <= MOST_OVERLAP:
        raise BadInput("bad_overlap", "The old secret goes on for 0 minutes to 30 days.", where="overlap")
    now = clock.now()
    if row.old_until is not None and row.old_until > now and overlap:
        raise Conflict(
            "rotating", "Two secrets of this token work already.",
            hint="End the old one first, or wait until it is over.",
        )  # fmt: skip
    secret = token_shape.make()
    w.update(
        row, old_digest=row.digest if overlap else "", old_until=now + overlap if overlap else None,
        digest=token_digest(secret), prefix=secret[:9], rotated_at=now,
    )  # fmt: skip
    ApiToken.objects.filter(pk=row.pk).update(old_used_at=None)
    w.event(TokenRotated(source=row.source, minutes=int(overlap.total_seconds() // 60)), row)
    return row, secret


def end_old_secret(w: Writer, by: Actor, token_id: uuid.UUID) -> ApiToken:
    """The secret before works no longer; twice changes nothing."""
    row = _live(token_id)
    if row.old_digest:
        w.update(row, old_digest="", old_until=None)
        w.event(TokenChanged(source=row.source), row)
    return row


def limit_token(
    w: Writer,
    by: Actor,
    token_id: uuid.UUID,
    *,
    networks: Sequence[str],
    per_minute: int | None,
    expires_at: datetime | None,
    within: Within | None = None,
) -> ApiToken:
    """From where, how fast, until when and for what a token works. Whoever lets it reach further must hold what it may do.

    ``within`` None: the limits of queues, markets and vendors stay.
    """
    row = _live(token_id)
    before = within_of(row)
    within = before if within is None else within
    if within != before:
        token_limits.fit(within, row.permissions)
    values = _limits(networks, per_minute, expires_at) | within.columns
    wanted = token_limits.scope(row.permissions, within, until=expires_at)
    if not token_limits.scope(row.permissions, before, until=row.expires_at).reaches(wanted):
        _may_hold(by, row, within=within, until=expires_at)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        w.update(row, **changed)
        w.event(TokenChanged(source=row.source), row)
    return row


def revoke_token(w: Writer, token_id: uuid.UUID) -> ApiToken:
    """End a token; programs using it are refused within seconds."""
    row = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if row is None:
        raise BadInput("unknown_token", "There is no such token.", where="token")
    if row.revoked_at is None:
        w.update(row, revoked_at=clock.now())
        w.event(TokenRevoked(source=row.source), row)
    return row


def revoke_tokens_of(w: Writer, user_id: uuid.UUID) -> int:
    """End every token that belongs to a person; how many."""
    rows = list(ApiToken.objects.select_for_update().filter(owner_id=user_id, revoked_at__isnull=True).order_by("pk"))
    for row in rows:
        w.update(row, revoked_at=clock.now())
        w.event(TokenRevoked(source=row.source), row)
    return len(rows)


def _live(token_id: uuid.UUID) -> ApiToken:
    row = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if row is None:
        raise BadInput("unknown_token", "There is no such token.", where="token")
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= clock.now()):
        raise Conflict("token_over", "This token works no longer.", hint="Make a new one.")
    return row


def _may_hold(by: Actor, row: ApiToken, *, within: Within | None = None, until: datetime | None = None) -> None:
    """Whoever is shown a secret can do what it may: so they must hold that themselves."""
    within = within_of(row) if within is None else within
    beyond = by.beyond(token_limits.scope(row.permissions, within, until=until or row.expires_at))
    if beyond is not None:
        there = "within its limits" if within.named else "everywhere"
        raise Forbidden("grants_above_self", f"This token may do {beyond!r}, which you do not hold {there} yourself.")


def _limits(networks: Sequence[str], per_minute: int | None, expires_at: datetime | None) -> dict[str, Any]:
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("already_over", "The end must lie in the future.", where="expires_at")
    if per_minute is not None and not 1 <= per_minute <= MOST_PER_MINUTE:
        raise BadInput("bad_rate", f"A token may make 1 to {MOST_PER_MINUTE:,} calls a minute.", where="per_minute")
    return {"networks": addresses.checked(networks), "per_minute": per_minute, "expires_at": expires_at}
