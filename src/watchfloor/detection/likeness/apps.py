"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.likeness"
    label = "detection_likeness"

    def ready(self) -> None:
        """Each new version of an account is looked at once; so is each picture that becomes an account's. The workbench shows both."""
        from watchfloor.detection.likeness import beside, watching
        from watchfloor.items import keying
        from watchfloor.items.media import prints
        from watchfloor.review import bench_sides

        keying.on_noted(watching.noticed)
        prints.on_printed(watching.printed)
        bench_sides.told_by(beside.sides)
