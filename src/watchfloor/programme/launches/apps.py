"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.programme.launches"
    label = "programme_launches"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from watchfloor.programme.tabs import Tab, register

        register(Tab(20, _("Launches"), "launches"))
