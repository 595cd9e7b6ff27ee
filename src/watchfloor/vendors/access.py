"""Which vendors somebody may know of: the house's side by ``vendor.view``, a vendor's own people by ``vendor.work``. Else a 404."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q
from django.utils import timezone

from watchfloor.identity import access
from watchfloor.identity.domain import Actor, Scope
from watchfloor.kernel.errors import NotFound
from watchfloor.workforce.models import Vendor

VIEW, MANAGE, WORK = "vendor.view", "vendor.manage", "vendor.work"
INHOUSE = "inhouse"


class Side(msgspec.Struct, frozen=True):
    """A vendor as this person meets it. ``manages``: may run the relation; ``theirs``: is of the vendor's own side."""

    vendor: Vendor
    manages: bool
    theirs: bool

    @property
    def zone(self) -> ZoneInfo:
        """The vendor's time zone."""
        return ZoneInfo(self.vendor.time_zone)


def rows(actor: Actor, column: str = "vendor_key", *permissions: str) -> Q:
    """Rows of the vendors this person may see with one of the permissions (default: either side)."""
    found = access.NOTHING
    for permission in permissions or (VIEW, WORK):
        part = access.rows(actor, permission, vendor=column)
        if not part:
            return Q()
        found |= part
    return found


def vendors(actor: Actor, *permissions: str) -> list[Vendor]:
    """The vendors this person may see, by name; the house itself is none."""
    return list(Vendor.objects.filter(rows(actor, "key", *permissions)).exclude(key=INHOUSE).order_by("name"))


def side(actor: Actor, key: str, *permissions: str) -> Side:
    """One vendor.

    Raises:
        NotFound: there is none, or it is none of theirs; the two look the same.
    """
    found = next((each for each in vendors(actor, *permissions) if each.key == key), None)
    if found is None:
        raise NotFound("unknown_vendor", "There is no such vendor.")
    manages = actor.may(MANAGE, vendor=key)
    return Side(found, manages, actor.may(WORK, vendor=key) and not actor.may(VIEW, vendor=key))


def reader(key: str) -> Actor:
    """Who reads the figures of a scorecard: this vendor's work and nothing restricted, whoever opens the page."""
    scope = Scope(role="scorecard", permissions=frozenset({"insight.view"}), vendors=frozenset({key}))
    return Actor(kind="system", id="scorecard", scopes=(scope,))


def house_zone() -> ZoneInfo:
    """The house's own time zone: that of the vendor ``inhouse``, else the installation's."""
    own = Vendor.objects.filter(key=INHOUSE).values_list("time_zone", flat=True).first()
    return ZoneInfo(own) if own else ZoneInfo(str(timezone.get_default_timezone()))
