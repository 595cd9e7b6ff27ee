"""The sample of a cluster is read one by one; then one decision is made for all, as a batch, with the bound it rests on."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.engines import agreement
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review.bulk import choosing, previewing
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.bulk.running import begin
from watchfloor.review.clusters.making import visible
from watchfloor.review.domain.findings import VERDICTS
from watchfloor.review.events_many import ClusterRead, ClusterStateChanged
from watchfloor.review.models import Batch, Cluster, ClusterItem


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What the sample read so far proves.

    Attributes:
        total, sample: items, and how many of them are to be read.
        read, wrong: how many were, and how many of these would be decided otherwise (unsure counts as otherwise).
        most_wrong: the largest number of wrong items in the whole that is not ruled out, exactly (hypergeometric, one-sided).
        most_wrong_unread: of those nobody read, which is what a decision for all gets wrong at most: the ones read as wrong are
            left out of it.
        share: ``most_wrong_unread`` of the items nobody read.
    """

    total: int
    sample: int
    read: int
    wrong: int
    most_wrong: int
    most_wrong_unread: int
    share: float
    confidence: float


def bound(cluster: Cluster, verdict: str = "violating") -> Bound:
    """The exact bound by what was read; only a sample that was read from its beginning without gaps counts."""
    verdicts = list(
        ClusterItem.objects.filter(cluster=cluster, place__lt=cluster.sample_size)
        .order_by("place")
        .values_list("verdict", flat=True)
    )
    done = verdicts[: verdicts.index("")] if "" in verdicts else verdicts
    wrong = sum(found != verdict for found in done)
    most = agreement.most_wrong(cluster.count, len(done), wrong, cluster.confidence)
    unread = cluster.count - len(done)
    return Bound(
        total=cluster.count, sample=cluster.sample_size, read=len(done), wrong=wrong, most_wrong=most,
        most_wrong_unread=most - wrong, share=(most - wrong) / unread if unread else 0.0, confidence=cluster.confidence,
    )  # fmt: skip


def sample(cluster: Cluster) -> list[ClusterItem]:
    """The items to be read, in the order of the draw."""
    rows = ClusterItem.objects.filter(cluster=cluster, place__lt=cluster.sample_size).select_related("item__author")
    return list(rows.order_by("place"))


def next_unread(cluster: Cluster) -> ClusterItem | None:
    """The next item of the sample that nobody has read."""
    rows = ClusterItem.objects.filter(cluster=cluster, place__lt=cluster.sample_size, verdict="")
    return rows.select_related("item__author").order_by("place").first()


def read(actor: Actor, cluster_id: UUID, item_id: UUID, verdict: str) -> ClusterItem:
    """Say what one item of the sample is; said again, the last word counts (the ledger keeps both)."""
    return say(actor, visible(actor, cluster_id), item_id, verdict)


def say(actor: Actor, cluster: Cluster, item_id: UUID, verdict: str) -> ClusterItem:
    """``read`` of a cluster that this actor may read."""
    if verdict not in VERDICTS:
        raise BadInput(
            "unknown_verdict", f"{verdict[:40]!r} is no verdict.", where="verdict", hint="violating, clean or unsure"
        )
    with writing(actor) as w:
        held = Cluster.objects.select_for_update().get(pk=cluster.pk)
        if held.state != Cluster.State.READING:
            raise Conflict("not_reading", f"The cluster is {held.state}: its sample is not read any more.")
        row = ClusterItem.objects.filter(cluster=held, item=item_id, place__lt=held.sample_size).first()
        if row is None:
            raise NotFound("not_sampled", "This item is not in the sample.", where="item")
        row.verdict, row.read_by, row.read_at = verdict, str(actor), clock.now()
        row.save(update_fields=["verdict", "read_by", "read_at"])
        w.event(ClusterRead(item=str(item_id), place=row.place, verdict=verdict), held)
    return row


def preview(actor: Actor, cluster: Cluster, order: Order, *, permission: str = PERMISSION) -> previewing.Preview:
    """What the decision for all would do. Those read as otherwise are left out: they were seen, and are decided by themselves."""
    rows = list(ClusterItem.objects.filter(cluster=cluster).order_by("place").values_list("item_id", "verdict"))
    order = msgspec.structs.replace(order, verb="decide", policy=cluster.policy_key)
    pairs = choosing.with_cases(actor, [item for item, _ in rows], cluster.policy_key)
    chosen = choosing.Chosen(source="cluster", about=cluster.name, pairs=tuple(pairs))
    otherwise = {item: previewing.CLEAN_READ for item, found in rows if found and found != order.verdict}
    known = choosing.open_to(actor, [item for item, _ in rows])
    hidden = {item: previewing.NOT_PERMITTED for item, _ in rows if item not in known}
    return previewing.preview(actor, order, chosen, leave_out={**otherwise, **hidden}, permission=permission)


def decide(actor: Actor, cluster_id: UUID, order: Order, *, token: str, why: str) -> Batch:
    """Decide all as the preview showed; ``Conflict`` while a part of the sample is unread."""
    cluster = visible(actor, cluster_id)
    seen = ready(actor, cluster, order)
    return begin(actor, seen, token=token, why=why, source="cluster", about=cluster.name, cluster=cluster)


def ready(actor: Actor, cluster: Cluster, order: Order, *, permission: str = PERMISSION) -> previewing.Preview:
    """What deciding now would do; ``Conflict`` while a part of the sample is unread, or when it is decided already."""
    if cluster.state != Cluster.State.READING:
        raise Conflict("decided_already", f"The cluster is {cluster.state}.")
    left = ClusterItem.objects.filter(cluster=cluster, place__lt=cluster.sample_size, verdict="").count()
    if left:
        raise Conflict(
            "sample_unread", f"{left} of the sample are not read yet.", hint="Read them, or drop the cluster."
        )
    return preview(actor, cluster, order, permission=permission)


def drop(actor: Actor, cluster_id: UUID, why: str) -> None:
    """Give a cluster up; its items stay as they are."""
    from watchfloor.review.clusters import holding, queueing  # they stand on this module

    visible(actor, cluster_id)
    with writing(actor, reason=why.strip()[:200] or "dropped") as w:
        cluster = Cluster.objects.select_for_update().get(pk=cluster_id)
        if cluster.state != Cluster.State.READING:
            raise Conflict("not_reading", f"The cluster is {cluster.state}.")
        queueing.end_job(w, cluster, "withdrawn")
        holding.let_go(w, cluster)
        w.update(cluster, state=Cluster.State.DROPPED)
        w.event(ClusterStateChanged(before="reading", after="dropped"), cluster)
