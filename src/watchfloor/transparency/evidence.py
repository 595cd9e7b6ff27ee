"""Whether practices are lived, shown by what only happens when they are: the ledger's events of the past twelve months."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db import connection

from watchfloor.kernel import clock
from watchfloor.transparency.domain.maps import Practice, practices

SPAN = timedelta(days=365)
# What happened to restricted cases is left out: nobody may tell from a count here that there is one.
_COUNT = """
SELECT e.type, count(*), max(e.at) FROM ledger_event e LEFT JOIN review_case c ON c.id = e.case_id
WHERE e.type = ANY(%s) AND e.at >= %s AND coalesce(c.clearance, '') = '' GROUP BY e.type
"""


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
        cursor.execute(_COUNT, [wanted, now - SPAN])
        found = {name: (count, newest) for name, count, newest in cursor.fetchall()}
    return [_of(each, found) for each in practices().practice]


def _of(practice: Practice, found: dict[str, tuple[int, datetime]]) -> Evidence:
    hits = [found[name] for name in practice.events if name in found]
    count = sum(number for number, _ in hits)
    state = "outside" if not practice.events else "shown" if count else "not_shown"
    return Evidence(
        practice=practice, count=count, newest=max((newest for _, newest in hits), default=None), state=state
    )
