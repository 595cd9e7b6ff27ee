"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.exchanges"
    label = "detection_exchanges"

    def ready(self) -> None:
        """Banks know no exchanges: what a person found of a match is brought here, to be told to whom the entry came from."""
        from watchfloor.detection.banks import feedback as of_banks
        from watchfloor.detection.exchanges import feedback

        of_banks.on_verdict(feedback.hear)
