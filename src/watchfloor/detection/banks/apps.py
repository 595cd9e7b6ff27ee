"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.banks"
    label = "detection_banks"

    def ready(self) -> None:
        """Whatever gets fingerprints, and whatever is said, is held against the banks."""
        from watchfloor.detection.banks import matching
        from watchfloor.items import keying
        from watchfloor.items.media import prints

        prints.on_printed(matching.note_print)
        keying.on_noted(matching.note_versions)
