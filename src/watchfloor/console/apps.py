"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.console"
    label = "console"

    def ready(self) -> None:
        """Tell the identity part what a grant can be limited to."""
        from watchfloor.console import limits

        limits.register()
