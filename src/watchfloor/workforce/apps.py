"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.workforce"
    label = "workforce"

    def ready(self) -> None:
        """Say to policy, which stands below, what here goes by a policy's text."""
        from watchfloor.policy import touches
        from watchfloor.workforce import policy_touches

        touches.touched_by(policy_touches.tell)
