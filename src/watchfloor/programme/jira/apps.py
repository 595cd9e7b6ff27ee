"""Django's entry to this context: tracking tells of changes and asks for issues, Programme gets a tab."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.programme.jira"
    label = "programme_jira"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from watchfloor.programme import tabs
        from watchfloor.programme.jira import hearing
        from watchfloor.programme.tracking import after, links

        after.told_by(hearing.hear)
        links.shown_by(hearing.issues)
        tabs.register(tabs.Tab(92, _("Jira"), "programme-jira", group=tabs.SOURCES))
