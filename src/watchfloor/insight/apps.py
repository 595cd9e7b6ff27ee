"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.insight"
    label = "insight"

    def ready(self) -> None:
        """Teams' own metrics are in the catalogue wherever there is a database."""
        from watchfloor.insight import catalogue
        from watchfloor.insight.own_metrics import keeping

        catalogue.also(keeping.metrics)
