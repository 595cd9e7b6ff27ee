"""JSON for programs: reporters' records."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.review.queries import reporters as reporter_queries

router = Router(tags=["review, many at once"])


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
