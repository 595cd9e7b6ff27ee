"""The only writers of users, roles, grants and tokens. Nobody can grant what they do not hold themselves."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from watchfloor.identity.domain import PERMISSIONS, Actor
from watchfloor.identity.events import (
    GrantGiven,
    GrantRevoked,
    RoleSaved,
    TokenCreated,
    TokenRevoked,
    UserCreated,
    UserDisabled,
    UserEnabled,
)
from watchfloor.identity.models import ApiToken, Grant, Role, User
from watchfloor.identity.queries import token_digest
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer


def create_user(
    w: Writer,
    *,
    email: str,
    name: str,
    password: str | None,
    language: str = "",
    time_zone: str = "",
    simulated: bool = False,
) -> User:
    """Someone who can sign in (with a password now, or none: then only by passkey or an invitation)."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput("bad_email", f"{email[:80]!r} is not an e-mail address.", where="email") from None
    if not name.strip():
        raise BadInput("missing_name", "A name is needed, so that colleagues know who decided.", where="name")
    if User.objects.filter(email=email).exists():
        raise Conflict("email_taken", f"Someone with the address {email} exists already.", where="email")
    user = User(
        email=email,
        name=name.strip(),
        language=language,
        time_zone=time_zone,
        simulated=simulated,
        created_at=clock.now(),
    )
    if password is not None and not simulated:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise BadInput("weak_password", " ".join(error.messages), where="password") from None
    user.set_password(password)
    user.save(force_insert=True)
    w.event(UserCreated(simulated=simulated), ("user", user.pk))
    return user


def set_active(w: Writer, user: User, active: bool) -> None:
    """Let someone in, or keep them out, from now on."""
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        w.event(UserEnabled() if active else UserDisabled(), ("user", user.pk))


def save_role(w: Writer, *, key: str, name: str, permissions: list[str], description: str = "") -> Role:
    """Make or change a role."""
    unknown = sorted(set(permissions) - set(PERMISSIONS))
    if unknown:
        raise BadInput(
            "unknown_permission",
            f"{unknown[0]!r} is no permission.",
            where="permissions",
            hint="One of: " + ", ".join(PERMISSIONS),
        )
    row = Role.objects.filter(key=key).first()
    if row is None:
        row = w.create(Role, key=key, name=name, description=description, permissions=sorted(permissions))
    else:
        w.update(row, name=name, description=description, permissions=sorted(permissions))
    w.event(RoleSaved(role=key), row)
    return row


def grant(
    w: Writer,
    by: Actor,
    user: User,
    role_key: str,
    *,
    queues: list[str] | None = None,
    markets: list[str] | None = None,
    vendors: list[str] | None = None,
    max_severity: int = 5,
    clearances: list[str] | None = None,
    expires_at: datetime | None = None,
) -> Grant:
    """Give a role within limits. Refused when it holds a permission the giver does not hold."""
    role = Role.objects.filter(key=role_key).first()
    if role is None:
        raise BadInput(
            "unknown_role",
            f"There is no role {role_key!r}.",
            where="role",
            hint="Known: " + ", ".join(Role.objects.values_list("key", flat=True)),
        )
    beyond = sorted(set(role.permissions) - by.permissions)
    if beyond:
        raise Forbidden("grants_above_self", f"You cannot grant {role.name}: you do not hold {beyond[0]!r} yourself.")
    missing = [
        each
        for each in clearances or []
        if not by.all_powerful and not any(each in scope.clearances for scope in by.scopes)
    ]
    if missing:
        raise Forbidden(
            "grants_above_self", f"You cannot give the clearance {missing[0]!r}: you do not hold it yourself."
        )
    row = w.create(
        Grant,
        user_id=user.pk,
        role_key=role_key,
        queues=queues,
        markets=markets,
        vendors=vendors,
        max_severity=max_severity,
        clearances=clearances or [],
        expires_at=expires_at,
    )
    w.event(GrantGiven(role=role_key), row)
    return row


def revoke_grant(w: Writer, row: Grant) -> None:
    """Take a role away."""
    if row.revoked_at is None:
        w.update(row, revoked_at=clock.now())
        w.event(GrantRevoked(role=row.role_key), row)


def create_token(
    w: Writer, by: Actor, *, name: str, source: str, permissions: list[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A bearer token for a program; the secret is returned once and never stored."""
    unknown = sorted(set(permissions) - set(PERMISSIONS))
    if unknown:
        raise BadInput(
            "unknown_permission",
            f"{unknown[0]!r} is no permission.",
            where="permissions",
            hint="One of: " + ", ".join(PERMISSIONS),
        )
    beyond = sorted(set(permissions) - by.permissions)
    if beyond:
        raise Forbidden("grants_above_self", f"You cannot give a token {beyond[0]!r}: you do not hold it yourself.")
    if not source.strip():
        raise BadInput(
            "missing_source", "A token needs a source: the name its reports and events are filed under.", where="source"
        )
    secret = "wf_" + secrets.token_urlsafe(32)
    row = w.create(
        ApiToken,
        name=name.strip() or source,
        prefix=secret[:9],
        digest=token_digest(secret),
        source=source.strip()[:60],
        permissions=sorted(permissions),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    w.event(TokenCreated(source=row.source, permissions=tuple(row.permissions)), row)
    return row, secret


def revoke_token(w: Writer, token_id: uuid.UUID) -> ApiToken:
    """End a token; programs using it are refused within seconds."""
    row = ApiToken.objects.filter(pk=token_id).first()
    if row is None:
        raise BadInput("unknown_token", "There is no such token.", where="token")
    if row.revoked_at is None:
        w.update(row, revoked_at=clock.now())
        w.event(TokenRevoked(source=row.source), row)
    return row
