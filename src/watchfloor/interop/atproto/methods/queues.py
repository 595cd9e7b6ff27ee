"""Queues as the protocol sees them: ours are filled by the routing table, so they are listed and made here, and routed on the console."""

from __future__ import annotations

import re
from typing import Any

from watchfloor.interop.atproto import numbers
from watchfloor.interop.atproto.asking import GET, POST, Ask, Wrong, bad, iso, method, string
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review import queries
from watchfloor.review.models import Queue
from watchfloor.review.queries import QueueNow

SUBJECTS = ["account", "record"]
EPOCH = "1970-01-01T00:00:00.000Z"  # of queues that came with the floor: nobody wrote down when


@method("tools.ozone.queue.listQueues", GET, ("case.view", "floor.view"))
def list_queues(ask: Ask) -> dict[str, Any]:
    """The queues the caller may see, in their order."""
    found = queries.queue_summary(ask.actor)
    if ask.yes("enabled") is not None:
        found = [each for each in found if each.paused != ask.yes("enabled")]
    start, limit = ask.number("cursor", 0) or 0, ask.limit()
    if start < 0:
        raise bad("The cursor is none of ours.")
    part = found[start : start + limit]
    more = {"cursor": str(start + limit)} if len(found) > start + limit else {}
    return {"queues": views(ask, part), **more}


@method("tools.ozone.queue.createQueue", POST, ("queue.manage",))
def create_queue(ask: Ask) -> dict[str, Any]:
    """A queue without routing: what comes into it is said in the routing table, where a change is tried on history first."""
    name = string(ask.body, "name", 120, required=True).strip()
    for field in ("collection", "reportTypes", "recommendedPolicies"):
        if ask.body.get(field):
            raise bad(f"{field} is said in the routing table of the console, where it is tried on history first.")
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80]
    if not key:
        raise bad("A queue needs a name with letters or digits.")
    if Queue.objects.filter(key=key).exists():
        raise Wrong(400, "ConflictingQueue", f"There is a queue {key} already.")
    with writing(ask.actor) as w:
        row = review.save_queue(w, key=key, name=name, description=string(ask.body, "description", 2_000))
    return {"queue": _view(ask, row)}


@method("tools.ozone.queue.updateQueue", POST, ("queue.manage",))
def update_queue(ask: Ask) -> dict[str, Any]:
    """Name, description, and whether people take from it."""
    row = _queue(ask)
    values: dict[str, Any] = {}
    for name in ("name", "description"):
        if name in ask.body:
            values[name] = string(ask.body, name, 2_000 if name == "description" else 120, required=name == "name")
    if "enabled" in ask.body:
        if not isinstance(ask.body["enabled"], bool):
            raise bad("enabled must be true or false.")
        values["paused"] = not ask.body["enabled"]
    with writing(ask.actor) as w:
        row = review.save_queue(w, key=row.key, **values)
    return {"queue": _view(ask, row)}


@method("tools.ozone.queue.deleteQueue", POST, ("queue.manage",))
def delete_queue(ask: Ask) -> dict[str, Any]:
    """Put an empty queue aside; nothing is moved on the side."""
    if ask.body.get("migrateToQueueId") is not None:
        raise bad("Move the jobs first, on the console or by POST /v1/moves: the queue must be empty.")
    row = _queue(ask)
    with writing(ask.actor) as w:
        review.archive_queue(w, row.key)
    return {"deleted": True}


@method("tools.ozone.queue.getAssignments", GET, ("case.view", "floor.view"))
def get_assignments(ask: Ask) -> dict[str, Any]:
    """Nobody is assigned to a queue here: roles and skills say who takes from it."""
    ask.limit()
    return {"assignments": []}


def views(ask: Ask, found: list[QueueNow], types: list[str] | None = None) -> list[dict[str, Any]]:
    """Queues with their figures of now. Any reason may lead to any of them: the routing table says which. ``types``: those to name."""
    takes = types or offered()
    rows = {row.key: row for row in Queue.objects.filter(key__in=[each.key for each in found])}
    given = numbers.numbers(numbers.QUEUE, [row.pk for row in rows.values()])
    now = iso(clock.now())
    return [
        {
            "id": given[rows[each.key].pk], "name": each.name, "subjectTypes": SUBJECTS, "reportTypes": takes,
            "description": rows[each.key].description, "createdBy": ask.here.did, "createdAt": EPOCH, "updatedAt": now,
            "enabled": not each.paused, "stats": stats(each.open, each.solved, each.entered, each.aht_ms),
        }
        for each in found
    ]  # fmt: skip


def offered() -> list[str]:
    """Every reason the protocol knows that may be chosen here; its lists of them may not be empty."""
    found = {token for each in policies.offered_reasons() for token in each.atproto}
    return sorted(found) or ["com.atproto.moderation.defs#reasonOther"]


def stats(pending: int, actioned: int, inbound: int, handling_ms: int | None, **more: int) -> dict[str, Any]:
    """Figures as the protocol has them; the rate is of what came in, in per cent."""
    return {
        "pendingCount": pending, "actionedCount": actioned, "inboundCount": inbound, **more,
        **({"actionRate": round(100 * actioned / inbound)} if inbound else {}),
        **({"avgHandlingTimeSec": round(handling_ms / 1000)} if handling_ms is not None else {}),
        "lastUpdated": iso(clock.now()),
    }  # fmt: skip


def key_of(ask: Ask, given: int) -> str:
    """The key of a queue the caller may see, by its number; an empty text for any other."""
    row = numbers.row_of(numbers.QUEUE, given)
    key = Queue.objects.filter(pk=row).values_list("key", flat=True).first() if row else None
    return key if key and key in {each.key for each in queries.queue_summary(ask.actor)} else ""


def _queue(ask: Ask) -> Queue:
    given = ask.body.get("queueId")
    row = numbers.row_of(numbers.QUEUE, given) if isinstance(given, int) and 0 <= given < 2**53 else None
    found = Queue.objects.filter(pk=row, archived_at__isnull=True).first() if row else None
    if found is None:
        raise Wrong(400, "QueueNotFound", "There is no such queue.")
    return found


def _view(ask: Ask, row: Queue) -> dict[str, Any]:
    from watchfloor.review.queries import summary

    summary.forget()
    now = QueueNow(
        key=row.key, name=row.name, kind=row.kind, paused=row.paused, open=0, leased=0, oldest_at=None, due_soon=0, breached=0,
        entered=0, solved=0, aas_ms=None, aht_ms=None,
    )  # fmt: skip
    found = [each for each in queries.queue_summary(ask.actor) if each.key == row.key]
    return views(ask, found or [now])[0]
