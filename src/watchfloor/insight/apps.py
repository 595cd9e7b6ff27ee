"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.insight"
    label = "insight"

    def ready(self) -> None:
        """Teams' own metrics are in the catalogue wherever there is a database; surges may say what queues need."""
        from watchfloor.insight import catalogue
        from watchfloor.insight.own_metrics import keeping
        from watchfloor.insight.surge_need import KIND, Need
        from watchfloor.review.surge import register

        catalogue.also(keeping.metrics)
        register(KIND, Need())
