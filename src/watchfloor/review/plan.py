"""The floor's plan as every report, claim and decision needs it: queues, and the routing table in force, remembered for a few seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from watchfloor.kernel.remembered import Remembered
from watchfloor.review.domain.routing import NO_RULE, Facts, Route, asked, compile_rules
from watchfloor.review.models import Queue, RoutingTable

LAST_RESORT = "other"


class QueueRef(msgspec.Struct, frozen=True):
    """What a job's way asks of a queue."""

    key: str
    kind: str
    paused: bool
    archived: bool
    target_minutes: int | None
    clearance: str = ""
    overflow_to: str = ""
    overflow_after: int | None = None
    push: bool = False
    weight: float = 1.0

    def takes(self, clearance: str) -> bool:
        """Whether ordinary jobs of cases that need this clearance ("": none) may wait here."""
        return not self.archived and self.kind == "review" and (not clearance or self.clearance == clearance)


class Plan(msgspec.Struct, frozen=True):
    """Queues in their order, the function that sends a job to one, and the facts that it asks."""

    queues: dict[str, QueueRef]
    route: Callable[[Facts], Route]
    asks: frozenset[str] = frozenset()


def queue(key: str) -> QueueRef | None:
    """One queue, archived ones too; None when there is no such."""
    return current().queues.get(key)


def live_queues() -> list[QueueRef]:
    """The queues that are not archived, in their order."""
    return [each for each in current().queues.values() if not each.archived]


def _read() -> Plan:
    rows = Queue.objects.order_by("position", "key")
    queues = {
        row.key: QueueRef(
            row.key, row.kind, row.paused, row.archived_at is not None, row.target_minutes, row.clearance, row.overflow_to,
            row.overflow_after, row.push, row.weight,
        )
        for row in rows
    }  # fmt: skip
    table = RoutingTable.objects.filter(live=True).first()
    if table is not None:
        return Plan(queues, _compiled(table), asked(table.rules))
    first: dict[str, str] = {}
    for each in queues.values():
        if not each.archived:
            first.setdefault(each.kind, each.key)
    return Plan(queues, lambda facts: Route(first.get(facts.kind, LAST_RESORT), NO_RULE))


_last: tuple[int, list[dict[str, Any]], Callable[[Facts], Route]] | None = None


def _compiled(table: RoutingTable) -> Callable[[Facts], Route]:
    """The table's function; the same text is not compiled again every few seconds."""
    global _last
    kept = _last
    if kept is not None and kept[0] == table.number and kept[1] == table.rules:
        return kept[2]
    route = compile_rules(table.rules, otherwise=LAST_RESORT, version=table.number)
    _last = (table.number, table.rules, route)
    return route


_kept = Remembered(_read)
forget = _kept.forget


def current() -> Plan:
    """The plan as it was at most a few seconds ago.

    A floor without queues is asked anew each time: it is being set up at this moment, and its first report must not go astray.
    """
    plan = _kept()
    if not plan.queues:
        forget()
    return plan
