"""Which people may read a piece of work: whom a text may name, who may be asked, whom a mail may reach."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.models import Role, User
from watchfloor.identity.queries import live_grants, scope_of
from watchfloor.programme.tracking import access
from watchfloor.programme.tracking.models import Action, Initiative


def names(row: Initiative | Action | None) -> dict[UUID, str]:
    """People who may see it, with their names: by their grants, asked in three questions for everyone."""
    market, vendor = (row.market, row.vendor_key) if row is not None else (None, "")
    roles = dict(Role.objects.filter(permissions__contains=[access.VIEW]).values_list("key", "permissions"))
    found = set()
    for grant in live_grants().filter(role_key__in=roles):
        scope = scope_of(grant, roles[grant.role_key])
        fits = (scope.markets is None or market is None or market in scope.markets) and (
            scope.vendors is None or vendor in scope.vendors
        )
        if fits or (row is not None and row.owner == grant.user_id):
            found.add(grant.user_id)
    return dict(User.objects.filter(pk__in=found, is_active=True).order_by("name").values_list("pk", "name"))
