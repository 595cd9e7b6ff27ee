"""Which lists of domains a link's host is on, for the cards of the workbench: the host itself or a domain above it."""

from __future__ import annotations

from django.db.models import Q

from watchfloor.detection.lists.changing import key_of
from watchfloor.detection.models_lists import ListEntry, NamedList
from watchfloor.kernel import clock


def lists_of(host: str) -> list[str]:
    """The names of the lists, as they stand now. One query by the entries' index; an empty list of lists costs nothing more."""
    lists = list(NamedList.objects.filter(kind=NamedList.Kind.DOMAINS, archived_at=None).values_list("pk", flat=True))
    if not lists:
        return []
    parts = host.lower().rstrip(".").split(".")
    names = [".".join(parts[start:]) for start in range(len(parts) - 1)]
    rows = ListEntry.objects.filter(list__in=lists, key__in=[key_of(name) for name in names], removed_version=None)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    return list(rows.values_list("list__name", flat=True).distinct())
