"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        """A new version of a policy is told what articles stand on it."""
        from watchfloor.knowledge import policy_touches
        from watchfloor.policy import touches

        touches.touched_by(policy_touches.tell)
