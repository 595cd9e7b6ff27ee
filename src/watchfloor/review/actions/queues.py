"""Queues: made, changed, put aside. What would wait where nobody takes it is refused."""

from __future__ import annotations

import re
from typing import Any

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.review import plan
from watchfloor.review.domain.workload import LARGEST, LEAST
from watchfloor.review.events import QueueSaved
from watchfloor.review.models import Job, Queue, RoutingTable

KINDS = ("review", "appeal", "escalation")
KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


def save_queue(w: Writer, *, key: str, **values: Any) -> Queue:
    """Make or change a queue (fields of ``models.Queue``); ``BadInput`` where they make no sense."""
    row = Queue.objects.filter(key=key).first()
    _check(key, row, values)
    row = w.create(Queue, key=key, **values) if row is None else w.update(row, **values)
    w.event(QueueSaved(key=key), row)
    plan.forget()
    return row


def archive_queue(w: Writer, key: str) -> Queue:
    """Put a queue aside. ``Conflict`` while jobs wait in it, the live table leads there, or another queue overflows into it."""
    row = Queue.objects.select_for_update().filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_queue", f"There is no queue {key[:80]!r}.", where="queue")
    waiting = Job.objects.filter(queue_key=key, state__in=("ready", "leased", "waiting")).count()
    if waiting:
        raise Conflict(
            "queue_not_empty", f"{waiting:,} jobs are still in this queue.", hint="Move them to another queue first."
        )
    table = RoutingTable.objects.filter(live=True).first()
    leading = [rule["name"] for rule in table.rules if rule["queue"] == key and not rule.get("off")] if table else []
    if leading or key == plan.LAST_RESORT:
        hint = "Change the routing first: " + ", ".join(leading) if leading else "Cases that no rule matches go there."
        raise Conflict("queue_in_use", "The live routing table leads to this queue.", hint=hint)
    other = Queue.objects.filter(overflow_to=key, archived_at__isnull=True).first()
    if other is not None:
        raise Conflict("queue_in_use", f"The queue {other.key} overflows into this one.")
    w.update(row, archived_at=clock.now())
    w.event(QueueSaved(key=key), row)
    plan.forget()
    return row


def _check(key: str, row: Queue | None, values: dict[str, Any]) -> None:
    if not KEY.fullmatch(key):
        raise BadInput("bad_key", "A queue's key has small letters, digits, dots and hyphens.", where="key",
                       hint="For example spam.en.")  # fmt: skip
    if not str(values.get("name", row.name if row else "")).strip():
        raise BadInput("no_name", "A queue needs a name.", where="name")
    if values.get("kind", "review") not in KINDS:
        raise BadInput("bad_kind", f"A queue is for one of: {', '.join(KINDS)}.", where="kind")
    for name in ("target_minutes", "overflow_after"):
        number = values.get(name)
        if number is not None and number < 1:
            raise BadInput("bad_number", "That is a whole number from 1, or nothing.", where=name)
    if not LEAST <= values.get("weight", 1.0) <= LARGEST:
        raise BadInput("bad_weight", f"A job weighs {LEAST:g} to {LARGEST:g}; an ordinary review is 1.", where="weight")
    to, after = _now(row, values, "overflow_to", ""), _now(row, values, "overflow_after", None)
    if bool(to) != (after is not None):
        where = "overflow_after" if to else "overflow_to"
        raise BadInput("half_overflow", "An overflow needs a queue and a time.", where=where)
    if to:
        other = Queue.objects.filter(key=to, archived_at__isnull=True).first()
        if other is None or to == key:
            raise BadInput("unknown_queue", "The overflow is another queue that exists.", where="overflow_to")
        mine = (_now(row, values, "kind", "review"), _now(row, values, "clearance", ""))
        if (other.kind, other.clearance) != mine:
            raise BadInput("other_kind", "The overflow is a queue of the same kind and clearance.", where="overflow_to")
    if row is not None and Job.objects.filter(queue_key=key, state__in=("ready", "leased")).exists():
        for name in ("kind", "clearance"):
            if name in values and values[name] != getattr(row, name):
                raise Conflict(
                    "queue_not_empty", "Kind and clearance change only while nothing waits here.", where=name
                )


def _now(row: Queue | None, values: dict[str, Any], name: str, default: Any) -> Any:
    return values.get(name, getattr(row, name) if row is not None else default)
