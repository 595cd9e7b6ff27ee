"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.oncall"
    label = "oncall"

    def ready(self) -> None:
        """Tell the store what incidents hold; policies that end by themselves page."""
        from watchfloor.items.holds import held_by
        from watchfloor.oncall import policy_endings
        from watchfloor.oncall.queries_incidents import holding
        from watchfloor.policy.endings import told_by

        held_by(holding)
        told_by(policy_endings.tell)
