"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection"
    label = "detection"

    def ready(self) -> None:
        from watchfloor.detection.listed_hosts import lists_of
        from watchfloor.review import link_cards

        link_cards.asked_of(lists_of)
