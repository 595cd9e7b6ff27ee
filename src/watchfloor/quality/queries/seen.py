"""Which looks an actor may know of: as a row filter, so that lists, numbers and files are filtered alike."""

from __future__ import annotations

from django.db.models import QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.quality.models import Look

_COLUMNS = {"market": "market", "severity": "severity", "clearance": "clearance", "vendor": "vendor"}


def visible(actor: Actor) -> QuerySet[Look]:
    """Those whose numbers one may see."""
    return Look.objects.filter(access.rows(actor, "quality.view", **_COLUMNS))


def manageable(actor: Actor) -> QuerySet[Look]:
    """Those one may open and settle."""
    return Look.objects.filter(access.rows(actor, "quality.manage", **_COLUMNS))
