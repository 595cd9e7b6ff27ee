"""Django's entry to this context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.stakeholders"
    label = "programme_stakeholders"

    def ready(self) -> None:
        from watchfloor.programme import tabs

        both = ("programme.view", "programme.suggest")
        tabs.register(tabs.Tab(60, _("Objectives"), "programme-objectives", group=tabs.PEOPLE))
        tabs.register(tabs.Tab(70, _("Stakeholders"), "programme-stakeholders", group=tabs.PEOPLE))
        tabs.register(tabs.Tab(75, _("For you"), "programme-yours", both, group=tabs.PEOPLE))
