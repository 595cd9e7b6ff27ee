"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.enforcement"
    label = "enforcement"

    def ready(self) -> None:
        """Say to policy, which stands below, what here goes by a policy's text."""
        from watchfloor.enforcement import policy_touches
        from watchfloor.policy import touches

        touches.touched_by(policy_touches.tell)
