"""Who gives jobs back, where and why: skip rates, from the ledger. Stepping back is not a skip and is counted nowhere here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

WINDOW = timedelta(days=7)
STEP_BACK = "wellbeing"
BY: dict[str, Callable[[Any], str]] = {
    "reviewer": lambda group: group.reviewer,
    "queue": lambda group: group.queue,
    "reason": lambda group: group.reason,
}


class SkipRate(msgspec.Struct, frozen=True, kw_only=True):
    """Skips of one reviewer (``user:ID``), queue or reason. ``rate`` is skips per job taken; of a reason, its share of all skips.

    None where nothing was taken.
    """

    key: str
    skips: int
    taken: int
    rate: float | None
    reasons: dict[str, int]


class _Group(NamedTuple):
    skipped: bool
    reviewer: str
    vendor: str
    queue: str
    market: str
    severity: int
    clearance: str
    reason: str
    times: int


READ = """
SELECT e.type = 'job.released', e.data->>'reviewer', e.data->>'vendor', e.data->>'queue', e.data->>'market', (e.data->>'severity')::int,
  j.clearance, coalesce(e.data->>'detail', ''), count(*)
FROM ledger_event e JOIN review_job j ON j.id = substring(e.subject FROM 5)::uuid
WHERE e.at >= %s AND e.at < %s AND (e.type = 'job.leased'
  OR (e.type = 'job.released' AND e.data->>'why' = 'skipped' AND e.data->>'detail' <> %s))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""


def skips(
    actor: Actor, *, by: str = "queue", since: datetime | None = None, until: datetime | None = None, queue: str = ""
) -> list[SkipRate]:
    """Skips since ``since`` (default: seven days), most first, within what the actor may see of the floor.

    By reviewer only where one may move work between people (``review.reassign``), and always one's own.
    """
    if by not in BY:
        raise BadInput(
            "unknown_grouping", f"Skips are not counted by {by[:40]!r}.", where="by", hint=f"One of: {', '.join(BY)}."
        )
    end = until or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(READ, [since or end - WINDOW, end, STEP_BACK])
        groups = [_Group(*row) for row in cursor.fetchall()]
    seen = [each for each in groups if (not queue or each.queue == queue) and _may_see(actor, each, by)]
    return _rates(seen, by)


def _may_see(actor: Actor, group: _Group, by: str) -> bool:
    if by == "reviewer" and group.reviewer == str(actor):
        return True
    here: dict[str, Any] = {"queue": group.queue, "market": group.market, "severity": group.severity}
    permission = "review.reassign" if by == "reviewer" else "floor.view"
    return actor.may(permission, clearance=group.clearance, vendor=group.vendor, **here)


def _rates(groups: Iterable[_Group], by: str) -> list[SkipRate]:
    key_of = BY[by]
    taken: dict[str, int] = {}
    reasons: dict[str, dict[str, int]] = {}
    all_skips = 0
    for group in groups:
        if not group.skipped:
            if by != "reason":
                taken[key_of(group)] = taken.get(key_of(group), 0) + group.times
            continue
        all_skips += group.times
        found = reasons.setdefault(key_of(group), {})
        found[group.reason] = found.get(group.reason, 0) + group.times
    rates = []
    for key in taken.keys() | reasons.keys():
        count = sum(reasons.get(key, {}).values())
        of = all_skips if by == "reason" else taken.get(key, 0)
        rates.append(
            SkipRate(key=key, skips=count, taken=of, rate=count / of if of else None, reasons=reasons.get(key, {}))
        )
    return sorted(rates, key=lambda each: (-each.skips, each.key))
