"""Django's entry to this context: on-call, review and items hear what the law adds."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.law"
    label = "law"

    def ready(self) -> None:
        from watchfloor.items import holds
        from watchfloor.kernel.words import N_
        from watchfloor.law import flaggers, keeping, sources, witness
        from watchfloor.quality import witnesses
        from watchfloor.review import legal, standing

        holds.held_by(keeping.of_items)
        legal.register(sources.of_work)
        standing.register(flaggers.standing)
        witnesses.told_by("orders", N_("Ordered against, found clean"), witness.against)
