"""Writers of roles and grants. Nobody can give what they do not hold themselves, within the limits they hold it."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from watchfloor.identity.domain import PERMISSIONS, Actor, Scope
from watchfloor.identity.events import GrantGiven, GrantRevoked, RoleSaved
from watchfloor.identity.models import Grant, Role, User
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


def known_permissions(permissions: list[str]) -> None:
    """Refuse names that are no permission."""
    unknown = sorted(set(permissions) - set(PERMISSIONS))
    if unknown:
        raise BadInput(
            "unknown_permission",
            f"{unknown[0][:60]!r} is no permission.",
            where="permissions",
            hint="One of: " + ", ".join(PERMISSIONS),
        )


def save_role(
    w: Writer, *, key: str, name: str, permissions: list[str], description: str = "", by: Actor | None = None
) -> Role:
    """Make or change a role. ``by`` None: the program itself (shipped defaults).

    A role may be granted without limits, so whoever adds a permission to one must hold it without limits.
    """
    known_permissions(permissions)
    if not KEY.match(key):
        raise BadInput(
            "bad_key",
            f"{key[:60]!r} cannot be a key.",
            where="key",
            hint="Small letters, digits, - and _, at most 40, beginning with a letter.",
        )
    if not name.strip() or len(name.strip()) > 80:
        raise BadInput("bad_name", "A role's name has 1 to 80 characters.", where="name")
    row = Role.objects.select_for_update().filter(key=key).first()
    before = set(row.permissions) if row else set()
    if by is not None:
        changed = before ^ set(permissions)
        beyond = by.beyond(Scope(role=key, permissions=frozenset(changed)))
        if beyond is not None:
            raise Forbidden(
                "grants_above_self",
                f"You cannot change {beyond!r} in a role: you do not hold it everywhere yourself.",
                where="permissions",
            )
    values = {"name": name.strip(), "description": description.strip(), "permissions": sorted(set(permissions))}
    if row is None:
        row = w.create(Role, key=key, **values)
    else:
        w.update(row, **values)
    w.event(RoleSaved(role=key), row)
    if "people.manage" in before and "people.manage" not in permissions:
        keep_one_administrator()
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
    """Give a role within limits. Refused when it reaches beyond what the giver holds.

    Raises:
        BadInput: no such role, a severity outside 1 to 5, an end that has passed.
        Forbidden: a permission, a place or a clearance the giver does not hold.
    """
    role = Role.objects.filter(key=role_key).first()
    if role is None:
        raise BadInput(
            "unknown_role",
            f"There is no role {role_key[:40]!r}.",
            where="role",
            hint="Known: " + ", ".join(Role.objects.order_by("key").values_list("key", flat=True)),
        )
    if not 1 <= max_severity <= 5:
        raise BadInput("bad_severity", "The highest severity is 1 to 5.", where="max_severity")
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("already_over", "The end must lie in the future.", where="expires_at")
    wanted = Scope(
        role=role_key,
        permissions=frozenset(role.permissions),
        queues=None if queues is None else frozenset(queues),
        markets=None if markets is None else frozenset(markets),
        vendors=None if vendors is None else frozenset(vendors),
        max_severity=max_severity,
        clearances=frozenset(clearances or []),
        until=expires_at,
    )
    beyond = by.beyond(wanted)
    if beyond is not None:
        raise Forbidden(
            "grants_above_self",
            f"You cannot grant {role.name} like this: you do not hold {beyond!r} within these limits yourself.",
            where="role",
            hint="Clearances begin at the command line: watchfloor user grant." if wanted.clearances else "",
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


def revoke_grant(w: Writer, row: Grant, *, by: Actor | None = None) -> None:
    """Take a role away. ``by`` None: the program itself."""
    if row.revoked_at is not None:
        return
    if by is not None:
        role = Role.objects.filter(key=row.role_key).first()
        held = Scope(
            role=row.role_key,
            permissions=frozenset(role.permissions if role else ()),
            queues=None if row.queues is None else frozenset(row.queues),
            markets=None if row.markets is None else frozenset(row.markets),
            vendors=None if row.vendors is None else frozenset(row.vendors),
            max_severity=row.max_severity,
            until=row.expires_at,  # not the clearances: anyone who could give the role may take it, cleared or not
        )
        if by.beyond(held) is not None:
            raise Forbidden("above_self", "You cannot take a role that reaches further than your own.")
    w.update(row, revoked_at=clock.now())
    w.event(GrantRevoked(role=row.role_key), row)
    keep_one_administrator()


def keep_one_administrator(*, without_user: uuid.UUID | None = None, without_grant: uuid.UUID | None = None) -> None:
    """Refuse a step after which nobody could manage people everywhere. Does nothing where nobody could before (a new house)."""
    managing = set(Role.objects.filter(permissions__contains=["people.manage"]).values_list("key", flat=True))
    people = User.objects.filter(is_active=True, simulated=False)
    active = (people if without_user is None else people.exclude(pk=without_user)).values_list("pk", flat=True)
    grants = live_grants() if without_grant is None else live_grants().exclude(pk=without_grant)
    everywhere = grants.filter(
        role_key__in=managing,
        queues__isnull=True,
        markets__isnull=True,
        vendors__isnull=True,
        expires_at__isnull=True,
        user_id__in=active,
    )
    if not everywhere.exists() and _had_one():
        raise Conflict(
            "last_administrator",
            "Nobody would be left who can manage people.",
            hint="Give someone else the administrator's role first.",
        )


def _had_one() -> bool:
    """True once any person has been given a managing role; before that (commands, tests, the demo) there is none to keep."""
    managing = Role.objects.filter(permissions__contains=["people.manage"]).values_list("key", flat=True)
    real = User.objects.filter(simulated=False).values_list("pk", flat=True)
    return Grant.objects.filter(role_key__in=[*managing, "administrator"], user_id__in=real).exists()
