"""Checks the stored log against itself: every event still hashes to its leaf, every checkpoint to its root and signature."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger import store
from watchfloor.ledger.checkpoint import Checkpoint as Statement
from watchfloor.ledger.merkle import Frontier, leaf_hash
from watchfloor.ledger.models import Checkpoint, Event, Leaf, Pending

CHUNK = 5000


class Verified(msgspec.Struct, frozen=True):
    """What was checked, and what is wrong (nothing, one hopes), as sentences."""

    events: int
    waiting: int
    checkpoints: int
    root: str
    problems: list[str]


def verify(progress: Callable[[int], None] = lambda done: None) -> Verified:
    """Recompute the whole tree from the event rows.

    Finds: a changed event (its hash is no longer its leaf), a dropped one (a gap, or an event missing under a leaf), reordered
    ones, a truncated log (a signed checkpoint larger than the log), an event that never entered the tree and does not wait.
    """
    problems: list[str] = []
    statements = {row.size: row for row in Checkpoint.objects.all()}
    frontier = Frontier()
    after = -1
    while True:
        chunk = list(Leaf.objects.filter(number__gt=after).order_by("number")[:CHUNK])
        if not chunk:
            break
        events = Event.objects.in_bulk([leaf.event_id for leaf in chunk])
        for leaf in chunk:
            if leaf.number != after + 1:
                problems.append(f"Leaves {after + 1} to {leaf.number - 1} are missing.")
            after = leaf.number
            event = events.get(leaf.event_id)
            if event is None:
                problems.append(f"The event of leaf {leaf.number} ({leaf.event_id}) is missing.")
                digest = bytes(leaf.hash)
            else:
                digest = leaf_hash(store.entry(event))
                if digest != bytes(leaf.hash):
                    problems.append(f"Event {event.pk} (leaf {leaf.number}, {event.type}) is not what was recorded.")
            frontier.append(digest)
            statement = statements.pop(frontier.size, None)
            if statement is not None:
                problems += _check(statement, frontier)
        progress(frontier.size)
    problems += [
        f"A checkpoint was signed for {size:,} events, but the log has only {frontier.size:,}: it was truncated."
        for size in sorted(statements)
    ]
    waiting = Pending.objects.count()
    lost = Event.objects.filter(leaf__isnull=True).exclude(pk__in=Pending.objects.values("event_id")).count()
    if lost:
        problems.append(f"{lost} events are neither in the tree nor waiting for it.")
    return Verified(
        events=frontier.size,
        waiting=waiting,
        checkpoints=Checkpoint.objects.count(),
        root=frontier.root().hex(),
        problems=problems,
    )


def _check(row: Checkpoint, frontier: Frontier) -> list[str]:
    try:
        statement = Statement.verify(row.note, [store.verifier()], origin=store.origin())
    except WatchfloorError as error:
        return [f"The checkpoint of size {row.size:,} is not signed by us: {error.message}"]
    if statement.root != frontier.root() or statement.size != row.size or bytes(row.root) != frontier.root():
        return [
            f"The root at {row.size:,} events is not the signed one: an event before it was changed, dropped or moved."
        ]
    return []
