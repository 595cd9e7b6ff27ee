"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.identity.signon"
    label = "identity_signon"

    def ready(self) -> None:
        """Notice sessions as they begin and end."""
        from watchfloor.identity.signon import signals  # noqa: F401
