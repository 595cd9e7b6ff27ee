"""Whether practices are lived, shown by what only happens when they are: the ledger's events of the past twelve months."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db import connection

from watchfloor.kernel import clock
from watchfloor.transparency.domain.maps import Practice, practices

SPAN = timedelta(days=365)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A practice with how often its events happened and when last; ``state``: shown | not_shown | outside."""

    practice: Practice
    count: int
    newest: datetime | None
    state: str


def gather(now: datetime | None = None) -> list[Evidence]:
    """Every practice with its evidence, counted now."""
    now = now or clock.now()
    wanted = sorted({name for each in practices().practice for name in each.events})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, count(*), max(at) FROM ledger_event WHERE type = ANY(%s) AND at >= %s GROUP BY type",
            [wanted, now - SPAN],
        )
        found = {name: (count, newest) for name, count, newest in cursor.fetchall()}
    return [_of(each, found) for each in practices().practice]


def _of(practice: Practice, found: dict[str, tuple[int, datetime]]) -> Evidence:
    hits = [found[name] for name in practice.events if name in found]
    count = sum(number for number, _ in hits)
    state = "outside" if not practice.events else "shown" if count else "not_shown"
    return Evidence(
        practice=practice, count=count, newest=max((newest for _, newest in hits), default=None), state=state
    )
