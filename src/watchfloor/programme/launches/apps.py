"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.programme.launches"
    label = "programme_launches"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import gettext_noop as N_

        from watchfloor.insight import coming
        from watchfloor.programme.launches import upcoming
        from watchfloor.programme.tabs import Tab, register

        coming.register(upcoming.known, {"launch": N_("Launch")})
        register(Tab(20, _("Launches"), "launches"))
