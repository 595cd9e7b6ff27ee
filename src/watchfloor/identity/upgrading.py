"""A newer version may ask permissions that did not exist when the shipped roles were installed: those nobody changed get them."""

from __future__ import annotations

import msgspec

from watchfloor.identity.actions import save_role
from watchfloor.identity.defaults import ROLES
from watchfloor.identity.models import Role
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import Writer


class RolesBroughtUp(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, by role: ``made`` are new ones, ``given`` got these permissions, ``left`` lack these and were left alone.

    A role is left alone when a person has ever changed it: what they took out of it must not come back by itself.
    """

    made: tuple[str, ...] = ()
    given: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}


def bring_up(w: Writer) -> RolesBroughtUp:
    """Make the shipped roles that do not exist, and give unchanged ones the permissions that came since; never takes one away."""
    existing = {row.key: row for row in Role.objects.select_for_update().order_by("key")}
    changed = _changed_by_people([row for row in existing.values() if row.key in ROLES])
    made: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    for key, (name, description, permissions) in ROLES.items():
        row = existing.get(key)
        if row is None:
            save_role(w, key=key, name=name, description=description, permissions=permissions)
            made.append(key)
            continue
        missing = tuple(sorted(set(permissions) - set(row.permissions)))
        if not missing:
            continue
        if key in changed:
            left[key] = missing
            continue
        save_role(w, key=key, name=row.name, description=row.description, permissions=[*row.permissions, *missing])
        given[key] = missing
    return RolesBroughtUp(made=tuple(made), given=given, left=left)


def _changed_by_people(rows: list[Role]) -> set[str]:
    """The keys of those whose history names anyone but the program."""
    keys = {f"role:{row.pk}": row.key for row in rows}
    saved = Event.objects.filter(type="role.saved", subject__in=list(keys)).exclude(actor__startswith="system:")
    return {keys[subject] for subject in saved.values_list("subject", flat=True).distinct()}
