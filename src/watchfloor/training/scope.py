"""Which vendors' people somebody may see, or teach: one filter for every list of cohorts, sessions and people."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor

SEE = ("training.view", "training.edit")
TEACH = ("training.edit",)


def rows(actor: Actor, *permissions: str, vendor: str = "vendor_key") -> Q:
    """The rows of vendors within any of the permissions; ``vendor`` names the column."""
    found = [access.rows(actor, permission, vendor=vendor) for permission in permissions]
    return reduce(or_, found) if all(found) else Q()  # an empty one sets no limit


def may(actor: Actor, vendor_key: str, *permissions: str) -> bool:
    """The same question for one vendor."""
    return any(actor.may(permission, vendor=vendor_key) for permission in permissions)
