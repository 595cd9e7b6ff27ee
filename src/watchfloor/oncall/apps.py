"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.oncall"
    label = "oncall"

    def ready(self) -> None:
        """Tell the store what incidents hold."""
        from watchfloor.items.holds import held_by
        from watchfloor.oncall.queries_incidents import holding

        held_by(holding)
