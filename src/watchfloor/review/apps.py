"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.review"
    label = "review"

    def ready(self) -> None:
        """Hand to those who stand below what they ask: on-call of cases, notices of the terms of appeals."""
        from watchfloor.enforcement import redress
        from watchfloor.oncall import seams
        from watchfloor.review import appeal_terms, on_call
        from watchfloor.review.actions import apart

        seams.keep_cases(on_call.CASES)
        redress.keep(appeal_terms.redress_of, apart.agreed)
