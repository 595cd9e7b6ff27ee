"""JSON for programs: what is related to a case, joining and splitting, tags."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.review import actions, queries
from watchfloor.review.api_many import BatchWhyIn
from watchfloor.review.models import Joining

router = Router(tags=["review, many at once"])


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


def _joining(row: Joining) -> JoiningOut:
    return JoiningOut(
        id=str(row.pk), kind=row.kind, source=ids.encode("case", row.source_id), target=ids.encode("case", row.target_id),  # type: ignore[arg-type]
        reports=row.reports, signals=row.signals, notes=row.notes, undone=row.undone_at is not None,
    )  # fmt: skip
