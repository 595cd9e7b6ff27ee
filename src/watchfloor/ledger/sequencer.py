"""Puts committed events into the tree, one process at a time, and signs how far it has come.

Writers never wait for the tree. Each committed event stands in ``ledger_pending``; nothing is found by "higher than the last
id", so a transaction that commits late with low numbers is not skipped. Of two events that touch one row, the later has the
higher ordinal and is visible later, so leaf order is an order in which the rows' history can be folded.
"""

from __future__ import annotations

from django.db import connection, transaction

from watchfloor.kernel import clock
from watchfloor.ledger import store
from watchfloor.ledger.checkpoint import Checkpoint as Statement
from watchfloor.ledger.merkle import leaf_hash
from watchfloor.ledger.models import Checkpoint, Event, Leaf, Pending

LOCK = 7_204_001  # pg_advisory lock: the sequencer


def sequence(limit: int = 2000) -> int:
    """Take up to ``limit`` waiting events into the tree, in order of their ordinals; how many were taken."""
    with transaction.atomic():
        if not _locked():
            return 0
        waiting = list(
            Event.objects.raw(
                "SELECT e.* FROM ledger_pending p JOIN ledger_event e ON e.id = p.event_id ORDER BY e.ordinal LIMIT %s",
                [limit],
            )
        )
        if not waiting:
            return 0
        tree = store.tree()
        start = tree.size
        hashes = [leaf_hash(store.entry(event)) for event in waiting]
        Leaf.objects.bulk_create(
            [Leaf(number=start + index, event_id=event.pk, hash=hashes[index]) for index, event in enumerate(waiting)]
        )
        tree.append_many(hashes)
        Pending.objects.filter(event_id__in=[event.pk for event in waiting]).delete()
    return len(waiting)


def checkpoint() -> int:
    """Sign size and root if the tree has grown since the last checkpoint; 1 if one was signed."""
    with transaction.atomic():
        if not _locked():
            return 0
        tree = store.tree()
        last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
        if tree.size <= last:
            return 0
        root = tree.root()
        note = Statement(origin=store.origin(), size=tree.size, root=root).signed(store.signer())
        Checkpoint.objects.create(size=tree.size, at=clock.now(), root=root, note=note)
    return 1


def catch_up() -> int:
    """Sequence everything that waits and sign it; how many events were taken (commands and tests call this)."""
    total = 0
    while taken := sequence():
        total += taken
    checkpoint()
    return total


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
