"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection"
    label = "detection"

    def ready(self) -> None:
        """A surge may hold automatic actions: review knows no rules, so this context brings the step."""
        from watchfloor.detection.surge_step import HoldAutomation
        from watchfloor.review.surge import register

        register("hold_automation", HoldAutomation())
