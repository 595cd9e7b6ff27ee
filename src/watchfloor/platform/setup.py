"""Start Django from a script or a command: once, with our settings."""

from __future__ import annotations

import gc
import os


def setup() -> None:
    """Configure Django; safe to call again.

    Nothing is collected meanwhile: what is imported stays, and looking through it again and again is a fifth of the time.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        gc.disable()
        try:
            django.setup()
        finally:
            gc.enable()
