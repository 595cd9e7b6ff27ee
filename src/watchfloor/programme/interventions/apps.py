"""Django's entry to this part of programme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.interventions"
    label = "programme_interventions"

    def ready(self) -> None:
        """Say which tab this is."""
        from watchfloor.programme import tabs

        tabs.register(tabs.Tab(42, _("Interventions"), "programme-interventions", group=tabs.IMPROVEMENTS))
