"""Which generations there are, and which one readers take."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from watchfloor.insight.models import Generation
from watchfloor.insight.rollups.shapes import digest


def folder() -> Path:
    """Where generations are."""
    return Path(settings.HOME) / "lake" / "rollups"


def current() -> Generation | None:
    """The newest of this release's shape."""
    return Generation.objects.filter(replaced_at__isnull=True, shape=digest()).order_by("-leaf", "-pk").first()
