"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop.senders"
    label = "interop_senders"

    def ready(self) -> None:
        from watchfloor.interop.senders import door_states

        door_states.install()
