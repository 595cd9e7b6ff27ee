"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.campaigns"
    label = "detection_campaigns"

    def ready(self) -> None:
        """Review does not know who reports together: what it asks of that is brought from here."""
        from watchfloor.detection.campaigns.acting import weighing
        from watchfloor.review import brigades
        from watchfloor.review.actions import doubting

        brigades.told_by(weighing.of_case)
        doubting.register(weighing.is_doubted)
