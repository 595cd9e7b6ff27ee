"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.reputation"
    label = "detection_reputation"

    def ready(self) -> None:
        """Screening, verdicts and the author card know nothing of restrictions: what they ask is brought from here."""
        from watchfloor.detection import beside
        from watchfloor.detection.reputation import answering, cards
        from watchfloor.review import author_marks

        beside.register(answering.ANSWERS)
        author_marks.told_by(cards.marks)
