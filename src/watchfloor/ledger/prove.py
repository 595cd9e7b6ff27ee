"""Proof bundles: what a stranger needs to check that an event is in the log (see verifier.py)."""

from __future__ import annotations

from watchfloor.kernel.errors import NotFound
from watchfloor.ledger import store
from watchfloor.ledger.bundle import Bundle, make
from watchfloor.ledger.models import Checkpoint, Event


def prove(subject: str) -> list[Bundle]:
    """Bundles for every event about ``subject`` (``"decision:<uuid>"``), in order; or for one event (``"event:<uuid>"``).

    Raises:
        NotFound: no such event, or it has not been signed yet (that takes two seconds).
    """
    kind, _, key = subject.partition(":")
    events = Event.objects.filter(pk=key) if kind == "event" else Event.objects.filter(subject=subject)
    found = list(events.select_related("leaf").order_by("ordinal"))
    if not found:
        raise NotFound("no_event", f"The ledger has no event about {subject}.")
    last = Checkpoint.objects.order_by("-size").first()
    if last is None or any(getattr(event, "leaf", None) is None or event.leaf.number >= last.size for event in found):
        raise NotFound("not_signed_yet", "The newest events are not signed yet.", hint="Try again in a few seconds.")
    tree = store.tree()
    key_text = store.verifier().vkey
    return [
        make(
            tree,
            event=store.entry(event),
            index=event.leaf.number,
            size=last.size,
            checkpoint=last.note,
            public_key=key_text,
        )
        for event in found
    ]
