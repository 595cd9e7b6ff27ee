"""Django's entry to this part of Programme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.improvements"
    label = "programme_improvements"

    def ready(self) -> None:
        """Its tabs; what training and quality find may become a suggestion."""
        from watchfloor.programme import tabs
        from watchfloor.programme.improvements import hearing
        from watchfloor.quality import suggesting
        from watchfloor.training import misled

        misled.suggest_by(hearing.misled, hearing.may)
        suggesting.suggest_by(hearing.unclear, hearing.may)

        tabs.register(
            tabs.Tab(
                40,
                _("Suggestions"),
                "programme-suggestions",
                ("programme.view", "programme.suggest"),
                group=tabs.IMPROVEMENTS,
            )
        )
        tabs.register(tabs.Tab(41, _("Proposals"), "programme-proposals", group=tabs.IMPROVEMENTS))
