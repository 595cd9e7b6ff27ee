"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.workforce"
    label = "workforce"

    def ready(self) -> None:
        """Say to policy, which stands below, what here goes by a policy's text; put people where their groups place them."""
        from watchfloor.identity.signon import groups
        from watchfloor.policy import touches
        from watchfloor.workforce import actions, policy_touches

        groups.placed_by(actions.place)

        touches.touched_by(policy_touches.tell)
