"""JSON for programs: where else a case's pictures and videos are among our own items."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.review import queries

router = Router(tags=["review, many at once"])


class SeenDayOut(Schema):
    """How many items were seen first on a day (UTC)."""

    day: date
    items: int


class SeenItemOut(Schema):
    """Another item. ``same_file``: it shows the very same bytes; ``distance``: bits of 256 in which the prints differ."""

    item: str
    type: str
    id: str
    state: str
    seen_at: datetime
    distance: int
    same_file: bool
    case: str | None


class SeenMediumOut(Schema):
    """One medium of the case's item. ``decisions``: standing findings on the other items, by verdict. ``first``: the nearest few."""

    media: str
    kind: Literal["image", "video", "audio"]
    items: int
    same_file: int
    accounts: int
    first_seen: datetime | None
    last_seen: datetime | None
    days: list[SeenDayOut]
    decisions: dict[str, int]
    first: list[SeenItemOut]


@router.get(
    "/cases/{case_id}/seen-before",
    response=list[SeenMediumOut],
    summary="Where a case's media were seen before",
    operation_id="seenBefore",
)
def seen_before(request: HttpRequest, case_id: str) -> list[SeenMediumOut]:
    """Each picture, video and sound of the case's item, among the items the token may know of. Needs ``case.view``."""
    actor = needs(request, "case.view")
    case = queries.case(actor, ids.decode("case", case_id), why="api seen before")
    return [
        SeenMediumOut(
            media=ids.encode("med", one.media_id), kind=one.kind, items=one.items, same_file=one.exact,  # type: ignore[arg-type]
            accounts=one.accounts, first_seen=one.first, last_seen=one.last, decisions=dict(one.decisions),
            days=[SeenDayOut(day=day, items=count) for day, count in one.days],
            first=[
                SeenItemOut(
                    item=ids.encode("itm", each.id), type=each.type_key, id=each.external_id, state=each.state,
                    seen_at=each.at, distance=each.distance, same_file=each.same,
                    case=None if each.case_id is None else ids.encode("case", each.case_id),
                )
                for each in one.shown
            ],
        )
        for one in queries.seen_before(actor, case)
    ]  # fmt: skip
