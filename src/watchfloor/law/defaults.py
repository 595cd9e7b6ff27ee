"""What the law context comes with: the clock table in force, and retention rules that wait for two people to agree on them."""

from __future__ import annotations

from watchfloor.law import documents, shipped
from watchfloor.law.models import Document
from watchfloor.ledger.writer import Writer

NOTE = "as shipped"


def install(w: Writer) -> None:
    """The shipped clock table counts at once: a deadline nobody watches is the worse mistake. Retention erases, so it waits."""
    kinds = set(Document.objects.values_list("kind", flat=True))
    if documents.CLOCKS not in kinds:
        documents.live_in(w, documents.draft_in(w, documents.CLOCKS, shipped.clocks(), NOTE))
    if documents.RETENTION not in kinds:
        documents.draft_in(w, documents.RETENTION, shipped.retention(), NOTE)
