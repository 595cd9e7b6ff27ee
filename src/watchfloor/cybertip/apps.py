"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.cybertip"
    label = "cybertip"

    def ready(self) -> None:
        """Evidence that was reported, or is about to be, is not erased."""
        from watchfloor.cybertip import keeping
        from watchfloor.items import holds

        holds.held_by(keeping.why_kept)
