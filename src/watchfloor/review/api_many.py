"""JSON for programs: joining and splitting, related items, tags, orders over many, clusters, reporters, edge cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, bulk, clusters, find, queries
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.bulk.running import OWN
from watchfloor.review.models import Batch, Cluster, Joining
from watchfloor.review.queries import reporters as reporter_queries

router = Router(tags=["review, many at once"])
Verb = Literal["decide", "close", "duplicate", "transfer", "escalate", "tag", "untag"]


class OtherOut(Schema):
    """An item that shares something with the case's item; ``cases`` are those the token may open."""

    item: str
    type: str
    id: str
    state: str
    text: str
    cases: list[str]


class GroupOut(Schema):
    """What is shared. ``more``: there are more than were counted; ``first`` are the first few."""

    kind: Literal["author", "device", "ip", "payment", "link", "text", "media"]
    count: int
    more: bool
    first: list[OtherOut]


class JoinIn(Schema):
    """The open case this one goes into."""

    into: str
    why: str = Field(min_length=1, max_length=200)


class SplitIn(Schema):
    """Reports (receipts) about one item, and the policy of the case they go into (left out: the case's own)."""

    reports: list[str] = Field(min_length=1, max_length=10_000)
    policy: str = ""
    why: str = Field(min_length=1, max_length=200)


class JoiningOut(Schema):
    """What moved. ``id`` takes it back."""

    id: str
    kind: Literal["join", "split"]
    source: str
    target: str
    reports: int
    signals: int
    notes: int
    undone: bool


class TagsIn(Schema):
    """Tags to put on and to take off."""

    add: list[str] = []
    remove: list[str] = []


class OrderIn(Schema):
    """One order, and whom it is meant for: ``ids`` (case_…, itm_…, ``type,id``), ``search`` (the filters of GET /v1/cases), or
    ``sweep`` (a case: its author's other open cases)."""

    verb: Verb
    verdict: Literal["", "violating", "clean"] = ""
    violation: str = ""
    actions: list[str] | None = None
    policy: str = ""
    into: str = ""
    queue: str = ""
    tag: str = ""
    with_protected: bool = False
    ids: list[str] = Field([], max_length=20_000)
    search: dict[str, str] = {}
    sweep: str = ""


class BeginIn(OrderIn):
    """The same as was previewed, with the preview's token."""

    token: str
    why: str = Field(min_length=1, max_length=200)


class EffectOut(Schema):
    """So many times this action."""

    key: str
    count: int
    held: bool


class PreviewOut(Schema):
    """What it would do. Nothing has happened yet."""

    todo: int
    held_out: dict[str, int]
    unknown: int
    opened: int
    in_hand: int
    effects: list[EffectOut]
    accounts: int
    points: int
    steps: list[EffectOut]
    token: str


class BatchOut(Schema):
    """How far a batch is: rows by mark (waiting, done, skipped, reversed, kept), and why not all."""

    id: str
    verb: Verb
    state: Literal["running", "done", "reversing", "reversed"]
    count: int
    counts: dict[str, int]
    reasons: dict[str, int]
    at: datetime
    ended_at: datetime | None


class BatchWhyIn(Schema):
    """A reason."""

    why: str = Field("", max_length=200)


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


class ReporterOut(Schema):
    """A reporter's record, without the platform's id."""

    who: str
    kind: str
    upheld: int
    decided: int
    right: float
    low: float
    high: float
    usual: float
    proposed: bool
    muted: bool


class EdgeCaseIn(Schema):
    """A question to policy."""

    question: str = Field(min_length=1, max_length=5000)


class EdgeCaseOut(Schema):
    """A question and, once there is one, the ruling."""

    id: str
    case: str
    policy: str
    state: Literal["open", "ruled", "withdrawn"]
    question: str
    ruling: str
    verdict: str
    violation: str


@router.get(
    "/cases/{case_id}/related",
    response=list[GroupOut],
    summary="What a case's item has in common",
    operation_id="related",
)
def related(request: HttpRequest, case_id: str) -> list[GroupOut]:
    """Items by the same author, device, address, payment, link, or with nearly the same text or media. Needs ``case.view``."""
    actor = needs(request, "case.view")
    case = queries.case(actor, ids.decode("case", case_id), why="api related")
    return [
        GroupOut(
            kind=group.kind, count=group.count, more=group.more,  # type: ignore[arg-type]
            first=[
                OtherOut(
                    item=ids.encode("itm", other.id), type=other.type_key, id=other.external_id, state=other.state,
                    text=other.text, cases=[ids.encode("case", pk) for pk, _, _ in other.cases],
                )
                for other in group.first
            ],
        )
        for group in queries.related(actor, case).groups
    ]  # fmt: skip


@router.post("/cases/{case_id}/join", response=JoiningOut, summary="Join a case to another", operation_id="join")
def join(request: HttpRequest, case_id: str, body: JoinIn) -> JoiningOut:
    """Reports, signals and notes move; the case is closed as a duplicate. Needs ``case.arrange``."""
    actor = needs(request, "case.arrange")
    return _joining(actions.join(actor, ids.decode("case", case_id), ids.decode("case", body.into), body.why))


@router.post("/cases/{case_id}/split", response=JoiningOut, summary="Take reports out of a case", operation_id="split")
def split(request: HttpRequest, case_id: str, body: SplitIn) -> JoiningOut:
    """Into the case of their item under the policy: opened, reopened or joined. Needs ``case.arrange``."""
    actor = needs(request, "case.arrange")
    wanted = [ids.decode("rpt", text) for text in body.reports]
    return _joining(actions.split(actor, ids.decode("case", case_id), wanted, body.why, policy_key=body.policy))


@router.post(
    "/joinings/{joining_id}/undo", response=JoiningOut, summary="Take a joining or split back", operation_id="unjoin"
)
def unjoin(request: HttpRequest, joining_id: UUID, body: BatchWhyIn) -> JoiningOut:
    """Everything moves back, unless one of the cases was decided since (409). Needs ``case.arrange``."""
    actions.undo_joining(needs(request, "case.arrange"), joining_id, body.why)
    return _joining(Joining.objects.get(pk=joining_id))


@router.post("/cases/{case_id}/tags", response=list[str], summary="Tag a case", operation_id="tag")
def tags(request: HttpRequest, case_id: str, body: TagsIn) -> list[str]:
    """The tags it has afterwards. Needs ``case.arrange``."""
    return actions.tag(needs(request, "case.arrange"), ids.decode("case", case_id), add=body.add, remove=body.remove)


@router.post(
    "/cases/{case_id}/edge-cases",
    response={201: EdgeCaseOut},
    summary="Ask policy about a case",
    operation_id="ask_policy",
)
def ask(request: HttpRequest, case_id: str, body: EdgeCaseIn) -> Any:
    """The case goes on as it would. Needs ``case.view``."""
    actor = needs(request, "case.view")
    case = queries.case(actor, ids.decode("case", case_id), why="api edge case")
    with writing(actor) as w:
        row = actions.flag_edge_case(w, case, body.question)
    return Status(201, _edge(row))


@router.get("/edge-cases", response=list[EdgeCaseOut], summary="Questions and rulings", operation_id="edge_cases")
def edge_cases(
    request: HttpRequest, q: str = "", state: str = "", policy: str = "", limit: int = 50
) -> list[EdgeCaseOut]:
    """Newest first; ``q`` searches question and ruling. Needs ``case.view``."""
    found = queries.edge_cases(needs(request, "case.view"), text=q, state=state, policy_key=policy)
    return [_edge(row) for row in found[: max(1, min(limit, 200))]]


@router.post(
    "/bulk/preview", response=PreviewOut, summary="What an order over many would do", operation_id="bulk_preview"
)
def bulk_preview(request: HttpRequest, body: OrderIn) -> PreviewOut:
    """Counts and effects; nothing changes. Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    return preview_out(bulk.preview(actor, _order(body), _chosen(actor, body)))


@router.post("/bulk", response={202: BatchOut}, summary="Give an order over many", operation_id="bulk_begin")
def bulk_begin(request: HttpRequest, body: BeginIn) -> Any:
    """Done in the background; 409 ``changed_meanwhile`` when it would be done to others than previewed. Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    chosen = _chosen(actor, body)
    seen = bulk.preview(actor, _order(body), chosen)
    row = bulk.begin(actor, seen, token=body.token, why=body.why, source=chosen.source, about=chosen.about)
    return Status(202, batch_out(row))


@router.get("/bulk/{batch_id}", response=BatchOut, summary="How far a batch is", operation_id="bulk_batch")
def bulk_batch(request: HttpRequest, batch_id: UUID) -> BatchOut:
    """Needs ``case.bulk``, or ``review.cluster`` for those one gave by deciding a cluster in hand."""
    return batch_out(_own(needs(request, PERMISSION, OWN), batch_id))


@router.post(
    "/bulk/{batch_id}/reverse", response={202: BatchOut}, summary="Take a batch back", operation_id="bulk_reverse"
)
def bulk_reverse(request: HttpRequest, batch_id: UUID, body: BatchWhyIn) -> Any:
    """All of it, in the background; what came after a row stands and is kept. Needs ``case.bulk``, or ``review.cluster`` for one's own."""
    return Status(202, batch_out(bulk.reverse(needs(request, PERMISSION, OWN), batch_id, body.why)))


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


@router.get("/reporters", response=list[ReporterOut], summary="Reporters' records", operation_id="reporters")
def reporters(request: HttpRequest, show: str = "") -> list[ReporterOut]:
    """``show``: ``proposed`` or ``muted``. No platform ids. Needs ``reporter.view``."""
    found = reporter_queries.records(needs(request, "reporter.view"), show=show)
    return [
        ReporterOut(
            who=row.who, kind=row.kind, upheld=row.upheld, decided=row.decided, right=row.right.value, low=row.right.low,
            high=row.right.high, usual=row.usual, proposed=row.proposed, muted=row.muted is not None,
        )
        for row in found
    ]  # fmt: skip


def _order(body: OrderIn) -> Order:
    return Order(
        verb=body.verb, verdict=body.verdict, violation=body.violation, policy=body.policy, queue=body.queue, tag=body.tag,
        actions=None if body.actions is None else tuple(body.actions), with_protected=body.with_protected,
        into=ids.decode("case", body.into) if body.into else None,
    )  # fmt: skip


def _chosen(actor: Actor, body: OrderIn) -> bulk.Chosen:
    if body.sweep:
        return bulk.by_author(actor, queries.case(actor, ids.decode("case", body.sweep), why="api sweep"))
    if body.search:
        return bulk.by_search(actor, {name: body.search.get(name, "") for name in find.FILTERS})
    return bulk.by_ids(actor, "\n".join(body.ids))


def _own(actor: Actor, batch_id: UUID) -> Batch:
    row = Batch.objects.filter(pk=batch_id).first()
    if row is None or not bulk.visible(actor, row):
        raise NotFound("unknown_batch", "There is no such batch.")
    return row


def preview_out(seen: bulk.Preview) -> PreviewOut:
    """What an order would do."""
    return PreviewOut(
        todo=len(seen.todo), held_out=seen.held_out, unknown=seen.unknown, opened=seen.opened, in_hand=seen.in_hand,
        effects=[EffectOut(key=each.key, count=each.count, held=each.held) for each in seen.effects], accounts=seen.accounts,
        points=seen.points, steps=[EffectOut(key=each.key, count=each.count, held=False) for each in seen.steps],
        token=seen.token,
    )  # fmt: skip


def batch_out(row: Batch) -> BatchOut:
    """How far a batch is."""
    far = bulk.progress(row)
    return BatchOut(
        id=str(row.pk), verb=row.verb, state=row.state, count=row.count, counts=far.counts, reasons=dict(far.reasons),  # type: ignore[arg-type]
        at=row.at, ended_at=row.ended_at,
    )  # fmt: skip


def cluster_out(row: Cluster) -> ClusterOut:
    """A cluster with the bound its sample proves."""
    said = clusters.bound(row)
    return ClusterOut(
        id=str(row.pk), name=row.name, policy=row.policy_key, state=row.state, count=row.count, seed=row.seed,
        sample=[ids.encode("itm", each.item_id) for each in clusters.sample(row)], read=said.read, wrong=said.wrong,
        most_wrong_unread=said.most_wrong_unread, batch=str(row.batch_id) if row.batch_id else None,
    )  # fmt: skip


def _joining(row: Joining) -> JoiningOut:
    return JoiningOut(
        id=str(row.pk), kind=row.kind, source=ids.encode("case", row.source_id), target=ids.encode("case", row.target_id),  # type: ignore[arg-type]
        reports=row.reports, signals=row.signals, notes=row.notes, undone=row.undone_at is not None,
    )  # fmt: skip


def _edge(row: Any) -> EdgeCaseOut:
    return EdgeCaseOut(
        id=str(row.pk), case=ids.encode("case", row.case_id), policy=row.policy_key, state=row.state, question=row.question,
        ruling=row.ruling, verdict=row.verdict, violation=row.violation_key,
    )  # fmt: skip
