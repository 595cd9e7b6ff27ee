"""The floor's history as ``domain.history`` reads it: the ledger's events of jobs, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from watchfloor.ledger.models import Event
from watchfloor.review.domain.history import Happened

CHUNK = 2000


def happened(since: datetime | None = None, until: datetime | None = None) -> Iterator[Happened]:
    """All events about jobs in a span (default: all there are). For ``domain.history.check`` begin before the first job that matters."""
    events = Event.objects.filter(subject__startswith="job:").order_by("ordinal")
    if since is not None:
        events = events.filter(at__gte=since)
    if until is not None:
        events = events.filter(at__lt=until)
    for type_name, at, subject, data, changes in events.values_list(
        "type", "at", "subject", "data", "changes"
    ).iterator(chunk_size=CHUNK):
        yield Happened(type=type_name, at=at, subject=subject, data=data, changes=changes)
