"""JSON for programs: clusters that are judged by a sample of them."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.review import bulk, clusters, queries
from watchfloor.review.api_many import BatchOut, PreviewOut, batch_out, preview_out
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.models import Cluster

router = Router(tags=["review, many at once"])


class ClusterIn(Schema):
    """Items to be judged together: ``ids``, or ``case`` and ``kind`` (what is related to it)."""

    name: str = Field(min_length=1, max_length=120)
    policy: str
    ids: list[str] = Field([], max_length=20_000)
    case: str = ""
    kind: str = ""
    share: float = 0.05
    confidence: float = 0.95


class ClusterOut(Schema):
    """A cluster and what its sample shows so far. ``sample`` are the items to be read, in the order of the draw."""

    id: str
    name: str
    policy: str
    state: str
    count: int
    sample: list[str]
    read: int
    wrong: int
    most_wrong_unread: int
    seed: str
    batch: str | None


class ReadIn(Schema):
    """What one item of the sample is."""

    item: str
    verdict: Literal["violating", "clean", "unsure"]


class ClusterDecideIn(Schema):
    """The decision for all; without a token it is a dry run."""

    verdict: Literal["violating", "clean"] = "violating"
    violation: str = ""
    with_protected: bool = False
    token: str = ""
    why: str = Field("", max_length=200)


@router.post("/clusters", response={201: ClusterOut}, summary="Make a cluster", operation_id="cluster_make")
def cluster_make(request: HttpRequest, body: ClusterIn) -> Any:
    """Draws the sample. Needs ``case.bulk``."""
    from watchfloor.review.queries.related import members

    actor = needs(request, PERMISSION)
    case = queries.case(actor, ids.decode("case", body.case), why="api cluster") if body.case else None
    items = members(actor, case, body.kind) if case else [pk for pk, _ in bulk.by_ids(actor, "\n".join(body.ids)).pairs]
    row = clusters.make(
        actor, items, name=body.name, policy_key=body.policy, source="related" if case else "csv", about=body.kind,
        case_id=case.pk if case else None, share=body.share, confidence=body.confidence,
    )  # fmt: skip
    return Status(201, cluster_out(row))


@router.get("/clusters/{cluster_id}", response=ClusterOut, summary="Read a cluster", operation_id="cluster")
def cluster(request: HttpRequest, cluster_id: UUID) -> ClusterOut:
    """Needs ``case.bulk``."""
    return cluster_out(clusters.visible(needs(request, PERMISSION), cluster_id))


@router.post(
    "/clusters/{cluster_id}/read",
    response=ClusterOut,
    summary="Say what one item of the sample is",
    operation_id="cluster_read",
)
def cluster_read(request: HttpRequest, cluster_id: UUID, body: ReadIn) -> ClusterOut:
    """Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    clusters.read(actor, cluster_id, ids.decode("itm", body.item), body.verdict)
    return cluster_out(clusters.visible(actor, cluster_id))


@router.post(
    "/clusters/{cluster_id}/decide",
    response={200: PreviewOut, 202: BatchOut},
    summary="Decide a cluster",
    operation_id="cluster_decide",
)
def cluster_decide(request: HttpRequest, cluster_id: UUID, body: ClusterDecideIn) -> Any:
    """Without a token a dry run (200); with the dry run's token it is done (202). Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    order = Order(verb="decide", verdict=body.verdict, violation=body.violation, with_protected=body.with_protected)
    if not body.token:
        return Status(200, preview_out(clusters.preview(actor, clusters.visible(actor, cluster_id), order)))
    return Status(202, batch_out(clusters.decide(actor, cluster_id, order, token=body.token, why=body.why)))


def cluster_out(row: Cluster) -> ClusterOut:
    """A cluster with the bound its sample proves."""
    said = clusters.bound(row)
    return ClusterOut(
        id=str(row.pk), name=row.name, policy=row.policy_key, state=row.state, count=row.count, seed=row.seed,
        sample=[ids.encode("itm", each.item_id) for each in clusters.sample(row)], read=said.read, wrong=said.wrong,
        most_wrong_unread=said.most_wrong_unread, batch=str(row.batch_id) if row.batch_id else None,
    )  # fmt: skip
