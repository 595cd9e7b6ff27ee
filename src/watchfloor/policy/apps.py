"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.policy"
    label = "policy"

    def ready(self) -> None:
        """Items that come in are searched for claims; a policy's own trees and translations are touched by a new text."""
        from watchfloor.items.keying import on_noted
        from watchfloor.policy import claims, own_touches, touches

        on_noted(claims.match_versions)
        touches.touched_by(own_touches.tell)
