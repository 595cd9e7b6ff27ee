"""Users as a directory sees them: read from our own tables, with few questions to the database."""

from __future__ import annotations

import uuid
from typing import Any, Final

from watchfloor.identity.models import User
from watchfloor.interop.scim.domain.errors import ScimError
from watchfloor.interop.scim.domain.kinds import ENTERPRISE, FLOOR
from watchfloor.interop.scim.models import Member, Person
from watchfloor.workforce.models import Reviewer, Vendor

SAID: Final = "saidActive"  # in a document: the directory has a word on ``active``


class People:
    """Reads many or one, with few questions to the database."""

    def __init__(self, base: str) -> None:
        self.base = base

    def many(self, users: list[User]) -> list[dict[str, Any]]:
        """Resources of people, in the same order."""
        ids = [user.pk for user in users]
        persons = {row.pk: row for row in Person.objects.filter(pk__in=ids)}
        reviewers = {row.pk: row for row in Reviewer.objects.filter(pk__in=ids)}
        sites = dict(Vendor.objects.values_list("key", "site"))
        groups: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = {}
        members = Member.objects.filter(user_id__in=ids, ended_at__isnull=True, group__deleted_at__isnull=True)
        for user_id, group_id, name in members.order_by("group__name").values_list(
            "user_id", "group_id", "group__name"
        ):
            groups.setdefault(user_id, []).append((group_id, name))
        return [
            self._one(user, persons.get(user.pk), reviewers.get(user.pk), sites, groups.get(user.pk, ()))
            for user in users
        ]

    def one(self, user_id: uuid.UUID) -> dict[str, Any]:
        """One, or 404."""
        user = User.objects.filter(pk=user_id, simulated=False).first()
        if user is None or Person.objects.filter(pk=user_id, deleted_at__isnull=False).exists():
            raise ScimError(404, "There is no such user.")
        return self.many([user])[0]

    def all(self) -> list[User]:
        """Everyone a directory may see."""
        gone = Person.objects.filter(deleted_at__isnull=False).values("pk")
        return list(User.objects.filter(simulated=False).exclude(pk__in=gone).order_by("created_at", "pk"))

    def _one(
        self, user: User, person: Person | None, reviewer: Reviewer | None, sites: dict[str, str], groups: Any
    ) -> dict[str, Any]:
        document = dict(person.document) if person else {}
        made = person.made_at if person else user.created_at
        changed = person.changed_at if person else user.created_at
        found: dict[str, Any] = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": str(user.pk),
            **({"externalId": person.external_id} if person and person.external_id else {}),
            "userName": person.user_name if person else user.email,
            **{name: value for name, value in document.items() if not name.startswith("urn:")},
        }  # fmt: skip
        if person is None or SAID in document:
            found["active"] = user.is_active
        found.pop(SAID, None)
        if person is None:
            found |= {"displayName": user.name, "emails": [{"value": user.email, "type": "work", "primary": True}]}
        if groups:
            found["groups"] = [
                {"value": str(pk), "$ref": f"{self.base}/Groups/{pk}", "display": name, "type": "direct"}
                for pk, name in groups
            ]
        if document.get(ENTERPRISE):
            found[ENTERPRISE] = document[ENTERPRISE]
        place = _place(document.get(FLOOR), reviewer, sites, known=person is not None)
        if place:
            found[FLOOR] = place
        found["schemas"] += [urn for urn in (ENTERPRISE, FLOOR) if urn in found]
        found["meta"] = {
            "resourceType": "User", "location": f"{self.base}/Users/{user.pk}",
            **({"created": made.isoformat()} if made else {}), **({"lastModified": changed.isoformat()} if changed else {}),
            "version": f'W/"{person.version if person else 0}-{int(user.is_active)}"',
        }  # fmt: skip
        return found


def _place(
    said: dict[str, Any] | None, reviewer: Reviewer | None, sites: dict[str, str], *, known: bool
) -> dict[str, Any]:
    """What the directory said, with the values that hold now; all of it where the console made the reviewer."""
    if reviewer is None or (known and not said) or (not known and not reviewer.active):
        return {}
    now: dict[str, Any] = {
        "vendor": reviewer.vendor_key, "team": reviewer.team, "markets": ",".join(reviewer.markets or ()),
        "languages": ",".join(reviewer.languages),
    }  # fmt: skip
    found = {name: value for name, value in now.items() if value and (not known or name in (said or {}))}
    site = sites.get(reviewer.vendor_key, "")
    return {**found, **({"site": site} if site else {})} if found else {}
