"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.review"
    label = "review"

    def ready(self) -> None:
        """Hand to on-call, which stands below, what it asks of cases."""
        from watchfloor.oncall import seams
        from watchfloor.review import on_call

        seams.keep_cases(on_call.CASES)
