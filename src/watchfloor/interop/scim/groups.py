"""Groups as a directory sees them; who is in one holds what rules say (``identity.signon.groups``)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from watchfloor.identity.models import User
from watchfloor.identity.signon import groups as rules
from watchfloor.interop.scim.domain.errors import ScimError, bad
from watchfloor.interop.scim.events import ScimGroupSaved
from watchfloor.interop.scim.models import Group, Member, Person
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer


def many(base: str, rows: list[Group], *, members: bool = True) -> list[dict[str, Any]]:
    """Resources of groups; one question for all members."""
    inside: dict[uuid.UUID, list[uuid.UUID]] = {}
    names: dict[uuid.UUID, str] = {}
    if members:
        found = (
            Member.objects.filter(group__in=rows, ended_at__isnull=True)
            .order_by("pk")
            .values_list("group_id", "user_id")
        )
        for group_id, user_id in found:
            inside.setdefault(group_id, []).append(user_id)
        ids = {pk for each in inside.values() for pk in each}
        names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [_one(base, row, inside.get(row.pk, []), names) for row in rows]


def _one(base: str, row: Group, inside: list[uuid.UUID], names: dict[uuid.UUID, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": str(row.pk), "displayName": row.name,
    }  # fmt: skip
    if row.external_id:
        found["externalId"] = row.external_id
    if inside:
        found["members"] = [
            {"value": str(pk), "$ref": f"{base}/Users/{pk}", "type": "User", "display": names.get(pk, "")}
            for pk in inside
        ]
    found["meta"] = {
        "resourceType": "Group", "location": f"{base}/Groups/{row.pk}", "created": row.made_at.isoformat(),
        "lastModified": row.changed_at.isoformat(), "version": f'W/"{row.version}"',
    }  # fmt: skip
    return found


def live() -> list[Group]:
    """All there are."""
    return list(Group.objects.filter(deleted_at__isnull=True).order_by("made_at", "pk"))


def one(base: str, group_id: uuid.UUID) -> dict[str, Any]:
    """One, or 404."""
    return many(base, [_group(group_id)])[0]


def create(w: Writer, sent: dict[str, Any]) -> uuid.UUID:
    """A new group with its members."""
    name = _name(sent)
    if Group.objects.filter(name=name, deleted_at__isnull=True).exists():
        raise ScimError(409, "There is a group of this name already.", "uniqueness")
    now = clock.now()
    row = w.create(Group, name=name, external_id=str(sent.get("externalId") or ""), made_at=now, changed_at=now)
    came, _ = _members(w, row, sent)
    w.event(ScimGroupSaved(what="made", came=len(came), went=0), row)
    _settle(w, came)
    return row.pk


def write(w: Writer, group_id: uuid.UUID, sent: dict[str, Any]) -> None:
    """The whole group, anew; under another name other rules hold."""
    row = _group(group_id, lock=True)
    name = _name(sent)
    if name != row.name and Group.objects.filter(name=name, deleted_at__isnull=True).exists():
        raise ScimError(409, "There is a group of this name already.", "uniqueness")
    renamed = name != row.name
    w.update(
        row, name=name, external_id=str(sent.get("externalId") or ""), version=row.version + 1, changed_at=clock.now()
    )
    came, went = _members(w, row, sent)
    w.event(ScimGroupSaved(what="changed", came=len(came), went=len(went)), row)
    inside = (
        Member.objects.filter(group=row, ended_at__isnull=True).values_list("user_id", flat=True) if renamed else ()
    )
    _settle(w, {*came, *went, *inside})


def delete(w: Writer, group_id: uuid.UUID) -> None:
    """The group is gone, and what it gave."""
    row = _group(group_id, lock=True)
    _, went = _members(w, row, {})
    w.update(row, deleted_at=clock.now(), version=row.version + 1)
    w.event(ScimGroupSaved(what="gone", came=0, went=len(went)), row)
    _settle(w, went)


def leave_all(w: Writer, user: User) -> None:
    """A person is gone: out of every group."""
    for member in (
        Member.objects.select_for_update().filter(user_id=user.pk, ended_at__isnull=True).select_related("group")
    ):
        w.update(member, ended_at=clock.now())
        w.event(ScimGroupSaved(what="changed", came=0, went=1), member.group)
    rules.settle(w, user, rules.SCIM, ())


def names_of(user_id: uuid.UUID) -> list[str]:
    """The groups a person is in."""
    found = Member.objects.filter(user_id=user_id, ended_at__isnull=True, group__deleted_at__isnull=True)
    return list(found.values_list("group__name", flat=True))


def _members(w: Writer, row: Group, sent: dict[str, Any]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Bring membership to what was sent; who came, who went."""
    wanted = {_id(each) for each in sent.get("members") or []}
    stands = {
        each.user_id: each for each in Member.objects.select_for_update().filter(group=row, ended_at__isnull=True)
    }
    new = wanted - set(stands)
    gone = Person.objects.filter(deleted_at__isnull=False, pk__in=new).values("pk")
    known = set(User.objects.filter(pk__in=new, simulated=False).exclude(pk__in=gone).values_list("pk", flat=True))
    if new - known:
        raise bad(f"There is no user {min(map(str, new - known))}.")
    left = set(stands) - wanted
    for user_id in sorted(new):
        w.create(Member, group=row, user_id=user_id)
    for user_id in sorted(left):
        w.update(stands[user_id], ended_at=clock.now())
    return new, left


def _settle(w: Writer, ids: Iterable[uuid.UUID]) -> None:
    for user in User.objects.filter(pk__in=list(ids)).order_by("pk"):
        rules.settle(w, user, rules.SCIM, names_of(user.pk))


def _id(member: dict[str, Any]) -> uuid.UUID:
    text = str(member.get("value") or str(member.get("$ref") or "").rstrip("/").rpartition("/")[2])
    try:
        return uuid.UUID(text)
    except ValueError:
        raise bad(f"{text[:60]!r} is no id of a user.") from None


def _name(sent: dict[str, Any]) -> str:
    name = str(sent.get("displayName") or "").strip()
    if not name or len(name) > 200:
        raise bad("displayName has 1 to 200 characters.")
    return name


def _group(group_id: uuid.UUID, *, lock: bool = False) -> Group:
    found = (
        (Group.objects.select_for_update() if lock else Group.objects)
        .filter(pk=group_id, deleted_at__isnull=True)
        .first()
    )
    if found is None:
        raise ScimError(404, "There is no such group.")
    return found
