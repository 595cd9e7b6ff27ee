"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.detection.streams"
    label = "detection_streams"

    def ready(self) -> None:
        """Streams are noticed with each new version of an item; the workbench asks for what is seen of them; evidence is held."""
        from watchfloor.detection.streams import evidence, showing, watches
        from watchfloor.items import holds, keying
        from watchfloor.review import bench_live

        keying.on_noted(watches.noticed)
        bench_live.told_by(showing.seen_of)
        holds.held_by(evidence.why_held)
