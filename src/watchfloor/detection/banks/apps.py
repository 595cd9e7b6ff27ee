"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.banks"
    label = "detection_banks"

    def ready(self) -> None:
        """Whatever gets fingerprints, and whatever is said, is held against the banks; what was found is marked; what was
        decided at the workbench may be banked there."""
        from watchfloor.detection.banks import bench, marks, matching, queries
        from watchfloor.items import keying
        from watchfloor.items.media import beside, prints
        from watchfloor.review import bench_offers
        from watchfloor.review.queries import names

        prints.on_printed(matching.note_print)
        beside.marks_by(marks.of_media)
        keying.on_noted(matching.note_versions)
        bench_offers.made_by(bench.offer)
        names.named_by("match", queries.name_of)
