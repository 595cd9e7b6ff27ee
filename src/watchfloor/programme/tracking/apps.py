"""Django's entry to this context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "watchfloor.programme.tracking"
    label = "programme_tracking"

    def ready(self) -> None:
        from watchfloor.programme import tabs
        from watchfloor.programme.stakeholders.subjects import known_as
        from watchfloor.programme.tracking import after, subjects, telling

        tabs.register(tabs.Tab(0, _("Overview"), "programme"))
        tabs.register(tabs.Tab(10, _("Work"), "programme-board"))
        known_as("action", subjects.actions)
        known_as("initiative", subjects.initiatives)
        after.told_by(telling.tell_people)
