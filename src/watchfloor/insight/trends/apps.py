"""Django's entry to this part of insight."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.insight.trends"
    label = "insight_trends"

    def ready(self) -> None:
        """Kinds of news are registered when the module is loaded."""
        from watchfloor.insight.trends import news  # noqa: F401
