"""Start Django from a script or a command: once, with our settings."""

from __future__ import annotations

import os


def setup() -> None:
    """Configure Django; safe to call again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
