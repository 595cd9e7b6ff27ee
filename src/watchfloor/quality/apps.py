"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.quality"
    label = "quality"

    def ready(self) -> None:
        from watchfloor.quality.actions import hearing
        from watchfloor.review import looks

        looks.answered_by(hearing.hear)
