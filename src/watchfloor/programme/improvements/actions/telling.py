"""Whoever suggested something is told at each step: their own page shows that there is news, until they look."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.programme.improvements.models import Proposal, Suggestion


def tell(w: Writer, row: Proposal) -> None:
    """There is news of a proposal's suggestions; the caller's event carries the rows."""
    for each in Suggestion.objects.select_for_update().filter(proposal=row):
        w.update(each, told_at=clock.now())
