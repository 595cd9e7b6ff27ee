"""Who may own something of programme: people who may see it and can sign in."""

from __future__ import annotations

from watchfloor.identity.models import Role, User
from watchfloor.identity.queries import live_grants


def owners() -> list[tuple[str, str]]:
    """Ids and names, by name."""
    roles = Role.objects.filter(permissions__contains=["programme.view"]).values_list("key", flat=True)
    ids = live_grants().filter(role_key__in=list(roles)).values_list("user_id", flat=True)
    found = User.objects.filter(pk__in=list(ids), is_active=True).order_by("name")[:500]
    return [(str(user.pk), str(user.name or user)) for user in found]
