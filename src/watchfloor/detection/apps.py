"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection"
    label = "detection"

    def ready(self) -> None:
        """Review knows no rules and no lists: what it asks of them is brought from here."""
        from watchfloor.detection import policy_touches
        from watchfloor.detection.listed_hosts import lists_of
        from watchfloor.detection.surge_step import HoldAutomation, OpenAt
        from watchfloor.policy import touches
        from watchfloor.review import link_cards
        from watchfloor.review.surge import register

        link_cards.asked_of(lists_of)
        register("hold_automation", HoldAutomation())
        register("open_at", OpenAt())
        touches.touched_by(policy_touches.tell)
