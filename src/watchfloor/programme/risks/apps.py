"""Django's entry to this part of programme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.risks"
    label = "programme_risks"

    def ready(self) -> None:
        """Say which tabs these are, what may be told of, and what staffing shall count on."""
        from watchfloor.programme import tabs
        from watchfloor.programme.risks import news, upcoming  # noqa: F401 - news registers itself

        tabs.register(tabs.Tab(50, _("Risks"), "programme-risks", group=tabs.AHEAD))
        tabs.register(tabs.Tab(51, _("Horizon"), "programme-horizon", group=tabs.AHEAD))
        tabs.register(tabs.Tab(52, _("Calendar"), "programme-calendar", group=tabs.AHEAD))
        upcoming.offer()
