"""JSON for programs: suggestions are sent and followed, proposals are read with what they bring."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Router, Schema

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.programme.improvements import access, sized
from watchfloor.programme.improvements.actions import suggest
from watchfloor.programme.improvements.contracts import Suggested
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.scores import Weights, score
from watchfloor.programme.improvements.models import Proposal, Quantity, Suggestion
from watchfloor.programme.improvements.pages.parts import open_lines

router = Router(tags=["programme"])
MOST = 200


class SuggestionIn(Schema):
    """A suggestion; ``kind`` is ``idea`` or ``bug`` (which needs ``steps``). ``case`` is a case's id, nothing of what it holds."""

    wrong: str
    wanted: str = ""
    kind: str = "idea"
    steps: str = ""
    often: str = ""
    page: str = ""
    queue: str = ""
    policy: str = ""
    case: str = ""
    about: str = ""
    evidence: list[str] = []


class SuggestionOut(Schema):
    """A suggestion and where it stands: ``state`` is new, aside or taken; ``proposal`` the id of the proposal it is part of."""

    id: str
    code: str
    kind: str
    state: str
    wrong: str
    wanted: str
    steps: str
    often: str
    page: str
    queue: str
    policy: str
    about: str
    evidence: list[str]
    version: str
    made_at: datetime
    joined_to: str
    proposal: str


class ProposalQuantity(Schema):
    """One quantity a month: what is expected of it, the bounds of 95 %, and the frozen facts it rests on."""

    kind: str
    value: float
    low: float
    high: float
    filters: dict[str, str]
    facts: list[str]


class ProposalOut(Schema):
    """A proposal. Numbers are null where they count more than the caller may see; ``worth`` is in agent-hours a month."""

    id: str
    code: str
    title: str
    state: str
    story: str
    made_at: datetime
    decided_at: datetime | None
    delivered_at: datetime | None
    quantities: list[ProposalQuantity] | None
    worth: float | None
    confidence: float | None
    rice: float | None
    wsjf: float | None
    benefit: dict[str, Any] | None


@router.post(
    "/programme/suggestions",
    response={201: SuggestionOut},
    summary="Suggest an improvement",
    operation_id="suggestion_make",
)
def make(
    request: HttpRequest,
    body: SuggestionIn,
    idempotency_key: str = Header(""),  # type: ignore[type-arg]
) -> tuple[int, Any]:
    """Keeps a suggestion; with the same ``Idempotency-Key`` the same one. Needs ``programme.suggest``."""
    actor = needs(request, access.SUGGEST)
    said = Suggested(
        wrong=body.wrong, wanted=body.wanted, kind=body.kind, steps=body.steps, often=body.often, page=body.page, queue=body.queue,
        policy=body.policy, case_id=ids.decode("case", body.case) if body.case else None, about=body.about,
        evidence=tuple(body.evidence), key=idempotency_key[:200],
    )  # fmt: skip
    with writing(actor) as w:
        return 201, _suggestion(suggest(w, actor, said))


@router.get(
    "/programme/suggestions", response=list[SuggestionOut], summary="List suggestions", operation_id="suggestion_list"
)
def listed(request: HttpRequest, state: str = "", kind: str = "", before: str = "") -> Any:
    """Those the caller may read, the newest first, 200 at most; ``before`` is the id of the last one seen.

    Needs ``programme.suggest`` or ``programme.view``.
    """
    actor = needs(request, access.SUGGEST, access.VIEW)
    rows = access.visible(actor).order_by("-pk")
    if state:
        rows = rows.filter(state=_one_of(state, Suggestion.State.values, "state"))
    if kind:
        rows = rows.filter(kind=_one_of(kind, Suggestion.Kind.values, "kind"))
    if before:
        rows = rows.filter(pk__lt=ids.decode("sug", before))
    return [_suggestion(row) for row in rows[:MOST]]


@router.get(
    "/programme/suggestions/{suggestion_id}",
    response=SuggestionOut,
    summary="A suggestion",
    operation_id="suggestion_one",
)
def one(request: HttpRequest, suggestion_id: str) -> Any:
    """One suggestion. Needs ``programme.suggest`` or ``programme.view``."""
    actor = needs(request, access.SUGGEST, access.VIEW)
    return _suggestion(access.suggestion(actor, ids.decode("sug", suggestion_id)))


@router.get("/programme/proposals", response=list[ProposalOut], summary="List proposals", operation_id="proposal_list")
def proposals(request: HttpRequest, state: str = "") -> Any:
    """Those the caller may read, the newest first, 200 at most. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    rows = access.proposals(actor).order_by("-number")
    if state:
        rows = rows.filter(state=_one_of(state, list(states.NEXT), "state"))
    return _proposals(actor, list(rows[:MOST]))


@router.get(
    "/programme/proposals/{proposal_id}", response=ProposalOut, summary="A proposal", operation_id="proposal_one"
)
def proposal(request: HttpRequest, proposal_id: str) -> Any:
    """One proposal with its sizing, scores and measured benefit. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    return _proposals(actor, [access.proposal(actor, ids.decode("prop", proposal_id))])[0]


def _suggestion(row: Suggestion) -> SuggestionOut:
    return SuggestionOut(
        id=ids.encode("sug", row.pk), code=row.code, kind=row.kind, state=row.state, wrong=row.wrong, wanted=row.wanted,
        steps=row.steps, often=row.often, page=row.page, queue=row.queue_key or "", policy=row.policy_key, about=row.about,
        evidence=list(row.evidence), version=row.version, made_at=row.made_at, joined_to=_id("sug", row.joined_to_id),
        proposal=_id("prop", row.proposal_id),
    )  # fmt: skip


def _proposals(actor: Actor, rows: list[Proposal]) -> list[ProposalOut]:
    lines: dict[UUID, list[Quantity]] = {row.pk: [] for row in rows}
    for line in Quantity.objects.filter(proposal__in=rows, dropped_at=None).order_by("read_at"):
        lines[line.proposal_id].append(line)
    seen = open_lines(actor, [line for each in lines.values() for line in each])
    held = sized.weights()
    return [_proposal(row, lines[row.pk], all(line.pk in seen for line in lines[row.pk]), held) for row in rows]


def _proposal(row: Proposal, lines: list[Quantity], may: bool, held: Weights) -> ProposalOut:
    found = score(sized.sized(row, lines), held) if may and lines else None
    told = [
        ProposalQuantity(
            kind=line.kind, value=line.result[0], low=line.result[1], high=line.result[2], filters=line.filters,
            facts=[ids.encode("fact", UUID(each[1])) for each in line.facts if each[1]],
        )
        for line in lines
    ]  # fmt: skip
    return ProposalOut(
        id=ids.encode("prop", row.pk), code=row.code, title=row.title, state=row.state, story=row.story.text, made_at=row.made_at,
        decided_at=row.decided_at, delivered_at=row.delivered_at, quantities=told if may else None,
        worth=found.worth.value if found else None, confidence=found.confidence if found else None,
        rice=found.rice if found else None, wsjf=found.wsjf if found else None, benefit=(row.benefit or None) if may else None,
    )  # fmt: skip


def _id(kind: str, key: UUID | None) -> str:
    return ids.encode(kind, key) if key is not None else ""


def _one_of(value: str, known: list[str], where: str) -> str:
    if value not in known:
        raise BadInput("unknown_value", f"Choose one of {', '.join(known)}.", where=where)
    return value
