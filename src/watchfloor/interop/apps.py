"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop"
    label = "interop"

    def ready(self) -> None:
        from watchfloor.interop import doors_shipped

        doors_shipped.install()
