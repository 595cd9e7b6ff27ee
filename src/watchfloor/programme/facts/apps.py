"""Django's entry to this context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.facts"
    label = "programme_facts"

    def ready(self) -> None:
        """Its tab."""
        from watchfloor.programme import tabs

        tabs.register(tabs.Tab(90, _("Facts"), "programme-facts", group=tabs.SOURCES))
