"""Django's entry to this context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.reviews"
    label = "programme_reviews"

    def ready(self) -> None:
        """Its tab, and the kinds of blocks it brings."""
        from watchfloor.programme import tabs
        from watchfloor.programme.reviews import kinds

        tabs.register(tabs.Tab(80, _("Reviews"), "programme-reviews", ("programme.view", "vendor.work")))
        kinds.load()
