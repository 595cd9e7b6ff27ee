"""JSON for programs: appeals filed on behalf of people, followed, added to and taken back; the list of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.review import actions, appeal_find, queries
from watchfloor.review.actions.filing import LONGEST_TEXT, MOST_TEXTS
from watchfloor.review.contracts import AppealIn as Filing
from watchfloor.review.models import Appeal, Decision

router = Router(tags=["appeals"])
State = Literal["filed", "ineligible", "queued", "upheld", "overturned", "modified", "remedied", "withdrawn"]


class TextIn(Schema):
    """A text handed in with an appeal. Text only: nothing is opened or rendered."""

    name: str = Field("", max_length=120)
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class AppealIn(Schema):
    """An objection. ``appellant`` is the platform's id of the person; ``language`` is the one they are written to in."""

    decision: str
    by: Literal["author", "reporter"]
    appellant: str = Field(min_length=1, max_length=250)
    grounds: str = Field("", max_length=10_000)
    language: str = Field("", max_length=12)
    texts: list[TextIn] = Field(default_factory=list, max_length=MOST_TEXTS)


class AppealOut(Schema):
    """How an appeal stands. ``ineligible`` comes with the reason in ``why`` and its code in ``why_code``.

    ``outcome_decision`` is the decision made on it. ``remedied`` follows overturned and modified once the platform has confirmed
    that all the first decision did is undone. ``statement`` is the state of the decision's statement of reasons: made, corrected,
    withdrawn, or empty where none is owed.
    """

    id: str
    decision: str
    by: Literal["author", "reporter"]
    state: State
    why: str
    why_code: str
    filed_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    outcome: Literal["", "upheld", "overturned", "modified"]
    outcome_decision: str | None
    statement: str


class AppealPage(Schema):
    """Appeals, newest first; ``next`` goes into ``after`` for the page that follows (empty on the last one)."""

    appeals: list[AppealOut]
    next: str


class TextAdded(Schema):
    """The text was taken."""

    id: str
    characters: int


@router.post("/appeals", response={201: AppealOut}, summary="File an appeal", operation_id="appeal")
def file(request: HttpRequest, body: AppealIn) -> Any:
    """Filed for the affected user or a reporter; heard by somebody who has not decided the case. Needs ``appeal.submit``.

    Once per decision and side (409 ``appealed_already``).
    """
    actor = needs(request, "appeal.submit")
    filing = Filing(
        decision_id=ids.decode("dec", body.decision), by=body.by, appellant=body.appellant, grounds=body.grounds,
        language=body.language, texts=tuple((text.name, text.text) for text in body.texts),
    )  # fmt: skip
    return Status(201, appeal_out(actions.file_appeal(actor, filing)))


@router.get("/appeals", response=AppealPage, summary="List appeals", operation_id="appeals")
def index(
    request: HttpRequest, q: str = "", state: str = "", by: str = "", market: str = "", policy: str = "", since: str = "",
    until: str = "", after: str = "", limit: int = 50,
) -> AppealPage:  # fmt: skip
    """The appeals of cases the token may see; ``state`` is one of them, or waiting, fell or late. Needs ``case.view``."""
    actor = needs(request, "case.view")
    wanted = {"q": q, "state": state, "by": by, "market": market, "policy": policy, "since": since, "until": until}
    found = queries.page(appeal_find.appeals(actor, wanted), appeal_find.ORDER, after=after, limit=limit)
    return AppealPage(appeals=[appeal_out(row) for row in found.rows], next=found.next)


@router.get("/appeals/{appeal_id}", response=AppealOut, summary="Follow an appeal", operation_id="appeal_status")
def status(request: HttpRequest, appeal_id: str) -> AppealOut:
    """How it stands, and what came of it. Needs ``appeal.submit``."""
    actor = needs(request, "appeal.submit")
    return appeal_out(appeal_find.by_token(actor, ids.decode("apl", appeal_id)))


@router.post(
    "/appeals/{appeal_id}/withdraw", response=AppealOut, summary="Take an appeal back", operation_id="appeal_withdraw"
)
def withdraw(request: HttpRequest, appeal_id: str) -> AppealOut:
    """The appellant does not want it heard any more; only while nobody has decided it (409). Needs ``appeal.submit``."""
    actor = needs(request, "appeal.submit")
    row = appeal_find.by_token(actor, ids.decode("apl", appeal_id))
    return appeal_out(actions.withdraw(actor, row.pk))


@router.post(
    "/appeals/{appeal_id}/texts", response={201: TextAdded}, summary="Add to an appeal", operation_id="appeal_text"
)
def add_text(request: HttpRequest, appeal_id: str, body: TextIn) -> Any:
    """Something more that whoever hears it should read; only while nobody has decided it (409). Needs ``appeal.submit``."""
    actor = needs(request, "appeal.submit")
    row = appeal_find.by_token(actor, ids.decode("apl", appeal_id))
    kept = actions.add_text(actor, row.pk, body.text, body.name)
    return Status(201, TextAdded(id=ids.encode("apt", kept.pk), characters=len(kept.text)))


def appeal_out(row: Appeal) -> AppealOut:
    """An appeal as programs see it; never who heard it."""
    stated = enforcement.statement(row.decision_id)
    return AppealOut(
        id=ids.encode("apl", row.pk), decision=ids.encode("dec", row.decision_id), by=row.by, state=row.state,  # type: ignore[arg-type]
        why=row.why, why_code=row.why_code, filed_at=row.filed_at, due_at=row.due_at, decided_at=row.decided_at,
        outcome=outcome_of(row), outcome_decision=ids.encode("dec", row.outcome_decision_id) if row.outcome_decision_id else None,  # type: ignore[arg-type]
        statement=stated.state if stated else "",
    )  # fmt: skip


def outcome_of(row: Appeal) -> str:
    """What came of it: a remedied appeal was overturned, or modified where the outcome found a violation still (or no longer none)."""
    if row.state != Appeal.State.REMEDIED or row.outcome_decision_id is None:
        return row.state if row.state in ("upheld", "overturned", "modified") else ""
    then = Decision.objects.filter(pk=row.outcome_decision_id).values_list("verdict", flat=True).first()
    return "modified" if then == row.decision.verdict else "overturned"
