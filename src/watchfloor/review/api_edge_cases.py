"""JSON for programs: questions to policy about a case, and the rulings."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, queries

router = Router(tags=["review, many at once"])


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


def _edge(row: Any) -> EdgeCaseOut:
    return EdgeCaseOut(
        id=str(row.pk), case=ids.encode("case", row.case_id), policy=row.policy_key, state=row.state, question=row.question,
        ruling=row.ruling, verdict=row.verdict, violation=row.violation_key,
    )  # fmt: skip
