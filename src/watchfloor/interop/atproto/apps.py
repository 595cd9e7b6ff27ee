"""Django's entry to this door: it puts itself into the register of doors."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop.atproto"
    label = "interop_atproto"

    def ready(self) -> None:
        from watchfloor.interop.atproto import door, labelling
        from watchfloor.law.erasing import elsewhere

        door.install()
        elsewhere.also(labelling.erase)
