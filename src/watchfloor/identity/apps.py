"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.identity"
    label = "identity"

    def ready(self) -> None:
        """Listen to what allauth does."""
        from watchfloor.identity import signals  # noqa: F401
