"""A batch's life: ordered, worked in chunks by whichever worker is free, done; reversed in the same way. A row is never worked twice.

A chunk is one transaction: the rows it took are locked, each is worked in a savepoint, and its mark changes with what it did.
A process that dies in between leaves the rows waiting, as if it had never taken them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from uuid import UUID

import msgspec
from django.db import OperationalError, connection
from django.db.models import Count

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound, WatchfloorError
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.bulk import orders, verbs
from watchfloor.review.bulk.choosing import MOST
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.bulk.previewing import Preview
from watchfloor.review.events_many import BatchBegun, BatchEnded, BatchReversal, ClusterStateChanged
from watchfloor.review.models import Batch, BatchRow, Cluster

CHUNK = 100
OWN = "review.cluster"  # who decides clusters by holding their jobs sees those batches, and takes them back
INSERT = 2_000


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a batch is: rows by mark, and the sentences of those left out or kept, with how many each."""

    batch: Batch
    counts: dict[str, int]
    reasons: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        """Rows still to be worked in the direction the batch goes."""
        return self.counts.get("done" if self.batch.state == Batch.State.REVERSING else "waiting", 0)

    @property
    def worked(self) -> int:
        """Rows worked so far in that direction."""
        return self.batch.count - self.left


def begin(
    actor: Actor, seen: Preview, *, token: str, why: str, source: str, about: str = "", cluster: Cluster | None = None
) -> Batch:
    """Order what the preview showed; returns at once, ``work`` does it.

    Args:
        seen: a preview made just now; token: that of the preview the person looked at.

    Raises:
        Conflict: the two are not the same.
    """
    why = " ".join(why.split())[:200]
    with writing(actor, reason=why) as w:
        return begin_in(w, actor, seen, token=token, why=why, source=source, about=about, cluster=cluster)


def begin_in(
    w: Writer,
    actor: Actor,
    seen: Preview,
    *,
    token: str,
    why: str,
    source: str,
    about: str = "",
    cluster: Cluster | None = None,
) -> Batch:
    """``begin`` within a transaction at hand."""
    why = " ".join(why.split())[:200]
    if not why:
        raise BadInput("no_reason", "Say why: every decision will be explained by it.", where="why")
    if seen.token != token:
        raise Conflict(
            "changed_meanwhile",
            "It would be done to others than the preview showed.",
            hint="Look at the preview again.",
        )
    if not seen.todo:
        raise BadInput("nothing_to_do", "Nothing is left to be done.")
    order = seen.order
    digest = hashlib.sha256("\n".join(f"{item}:{pk}" for item, pk in seen.todo).encode()).hexdigest()
    batch = w.create(
        Batch, id=new_id(), verb=order.verb, params=orders.stored(order), cluster_id=cluster.pk if cluster else None,
        source=source, about=about[:500], count=len(seen.todo), digest=digest, state=Batch.State.RUNNING, by=str(actor),
        why=why, at=clock.now(),
    )  # fmt: skip
    event = BatchBegun(
        verb=order.verb, source=source, count=batch.count, digest=digest, verdict=order.verdict,
        violation=order.violation, cluster=str(cluster.pk) if cluster else "",
    )  # fmt: skip
    w.event(event, batch)
    for start in range(0, len(seen.todo), INSERT):
        BatchRow.objects.bulk_create(
            BatchRow(batch=batch, place=start + place, item_id=item, case_id=pk)
            for place, (item, pk) in enumerate(seen.todo[start : start + INSERT])
        )
    if cluster is not None:
        w.update(cluster, batch_id=batch.pk)
        _cluster(w, cluster, Cluster.State.DECIDED)
        _let_go(w, cluster, but={pk for _, pk in seen.todo if pk})
    return batch


def reverse(actor: Actor, batch_id: UUID, why: str = "") -> Batch:
    """Take a whole batch back. A batch that is still running stops where it is: what has not been done is not done any more."""
    if not actor.has(PERMISSION) and not actor.has(OWN):
        raise Forbidden("no_permission", "Your roles do not include orders over many cases.")
    with writing(actor, reason=why.strip()[:200] or "reversed") as w:
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or not visible(actor, batch):
            raise NotFound("unknown_batch", "There is no such batch.")
        if batch.state in (Batch.State.REVERSING, Batch.State.REVERSED):
            raise Conflict("reversed_already", "This batch is being reversed, or was.")
        stopped = BatchRow.objects.filter(batch=batch, state=BatchRow.State.WAITING)
        stopped.update(state=BatchRow.State.SKIPPED, why="stopped before it was done")
        w.update(
            batch, state=Batch.State.REVERSING, ended_at=None, reversed_by=str(actor), reverse_why=why.strip()[:200]
        )
        left = BatchRow.objects.filter(batch=batch, state=BatchRow.State.DONE).count()
        w.event(BatchReversal(verb=batch.verb, count=left), batch)
        cluster = Cluster.objects.filter(batch_id=batch.pk).first() if batch.cluster_id else None
        if cluster is not None:
            _cluster(w, cluster, Cluster.State.REVERSED)
    return batch


@begin_again
def work(limit: int = CHUNK) -> int:
    """Work the next rows of a batch that is running or being reversed: one chunk, one transaction. How many rows."""
    for pk in Batch.objects.filter(state__in=("running", "reversing")).order_by("at").values_list("pk", flat=True)[:10]:
        done = _chunk(pk, limit)
        if done:
            return done
    return 0


def _chunk(batch_id: UUID, limit: int) -> int:
    batch = Batch.objects.get(pk=batch_id)
    back = batch.state == Batch.State.REVERSING
    who, why = (batch.reversed_by, batch.reverse_why or "reversed") if back else (batch.by, batch.why)
    with writing(who, reason=why) as w:
        # Shared: chunks of one batch may run side by side, but not while somebody turns it round.
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM review_batch WHERE id = %s FOR SHARE SKIP LOCKED", [batch_id])
            found = cursor.fetchone()
        if found is None or found[0] != batch.state:
            return 0
        left = BatchRow.State.DONE if back else BatchRow.State.WAITING
        rows = list(
            BatchRow.objects.select_for_update(skip_locked=True)
            .filter(batch=batch, state=left)
            .order_by("-place" if back else "place")[:limit]
        )
        order = orders.loaded(batch.verb, batch.params)
        for row in rows:
            _one(w, batch, order, row, back)
        BatchRow.objects.bulk_update(rows, ["state", "why", "case_id", "decision_id", "before"])
    if len(rows) < limit:
        _finish(batch_id, back)
    return len(rows)


def _one(w: Writer, batch: Batch, order: Order, row: BatchRow, back: bool) -> None:
    good, bad = (
        (BatchRow.State.REVERSED, BatchRow.State.KEPT) if back else (BatchRow.State.DONE, BatchRow.State.SKIPPED)
    )
    kept = (row.case_id, row.decision_id, dict(row.before))
    try:
        with w.attempt():
            (verbs.revert if back else verbs.apply)(w, batch, order, row)
        row.state, row.why = good, ""
    except OperationalError:
        raise  # a deadlock ends the chunk, which begins again
    except (WatchfloorError, LookupError) as problem:
        row.case_id, row.decision_id, row.before = kept
        row.state = bad
        row.why = (problem.message if isinstance(problem, WatchfloorError) else type(problem).__name__)[:200]


def _finish(batch_id: UUID, back: bool) -> None:
    """The last worker to see nothing left closes the batch; a row that another still works keeps it open."""
    left = BatchRow.State.DONE if back else BatchRow.State.WAITING
    batch = Batch.objects.get(pk=batch_id)
    with writing(batch.reversed_by if back else batch.by, reason="all rows were worked") as w:
        found = Batch.objects.select_for_update(skip_locked=True).filter(pk=batch_id).first()
        if found is None or found.state != (Batch.State.REVERSING if back else Batch.State.RUNNING):
            return
        if BatchRow.objects.filter(batch=found, state=left).exists():
            return
        counts = _counts(found)
        w.update(found, state=Batch.State.REVERSED if back else Batch.State.DONE, ended_at=clock.now())
        event = BatchEnded(
            verb=found.verb, step="reversed" if back else "done", done=counts["reversed" if back else "done"],
            skipped=counts["skipped"], kept=counts["kept"],
        )  # fmt: skip
        w.event(event, found)
        cluster = Cluster.objects.filter(pk=found.cluster_id).first() if found.cluster_id else None
        if cluster is not None:
            _let_go(w, cluster)  # what was left undone waits in its queue again


def _let_go(w: Writer, cluster: Cluster, but: Collection[UUID] = ()) -> None:
    from watchfloor.review.clusters import holding  # clusters stand on orders

    if cluster.job_id is not None:
        holding.let_go(w, cluster, but=but)


def progress(batch: Batch) -> Progress:
    """How far it is."""
    rows = BatchRow.objects.filter(batch=batch).exclude(why="").values_list("why").annotate(n=Count("pk"))
    return Progress(batch=batch, counts=dict(_counts(batch)), reasons=tuple(rows.order_by("-n", "why")[:20]))


def visible(actor: Actor, batch: Batch) -> bool:
    """Whose batch it is, and whoever may give such orders in every market."""
    return (
        batch.by == str(actor)
        or actor.all_powerful
        or any(PERMISSION in scope.permissions and scope.markets is None for scope in actor.scopes)
    )


def recent(actor: Actor, limit: int = 50) -> list[Batch]:
    """The newest batches the actor may see."""
    if not actor.has(PERMISSION) and not actor.has(OWN):
        return []
    return [batch for batch in Batch.objects.order_by("-at", "-pk")[: limit * 4] if visible(actor, batch)][:limit]


def _counts(batch: Batch) -> Counter[str]:
    rows = BatchRow.objects.filter(batch=batch).values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows.order_by()))


def _cluster(w: Writer, cluster: Cluster, state: str) -> None:
    from watchfloor.review.clusters.queueing import end_job  # clusters stand on orders
    from watchfloor.review.clusters.reading import bound

    before = cluster.state
    if state == Cluster.State.DECIDED:
        end_job(w, cluster, "bulk")  # unless its holder has just done it
    w.update(cluster, state=state)
    said = bound(cluster)
    event = ClusterStateChanged(
        before=before, after=state, read=said.read, wrong=said.wrong, most_wrong=said.most_wrong_unread
    )
    w.event(event, cluster)


__all__ = ["MOST", "Progress", "begin", "progress", "recent", "reverse", "visible", "work"]
