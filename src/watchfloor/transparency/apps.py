"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.transparency"
    label = "transparency"

    def ready(self) -> None:
        """Proofs of decisions hold what this context knows of them."""
        from watchfloor.transparency import proof as proof
