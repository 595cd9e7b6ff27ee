"""JSON for programs: who is certified, practice cases and exam questions in and out, and what the answers say of them.

Sitting and approving are for people: a token has no knowledge to certify and is no second person.
"""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.training import api_delivery, api_paths, bank, staff
from watchfloor.training.domain.files import Draft
from watchfloor.training.models import TrainingItem

router = Router(tags=["training"])
router.add_router("", api_delivery.router)
router.add_router("", api_paths.router)
Use = Literal["practice", "exam"]


class CellOut(Schema):
    """People of a site and one policy: certified for the version in force, to renew (an older version, or ended), all."""

    policy: str
    certified: int
    renew: int
    people: int


class SiteOut(Schema):
    """One vendor's site, and each policy that has an exam."""

    site: str
    vendor: str
    people: int
    policies: list[CellOut]


class ItemIn(Schema):
    """A practice case or question. Without ``options`` the ``answer`` is a violation type's key or ``clean``; with them one of them.

    ``topic`` is a violation type's key, ``clean`` or ``general``; ``difficulty`` 1 (easy) to 3.
    """

    key: str
    topic: str
    text: str = ""
    question: str = ""
    options: list[str] = []
    answer: str
    why: str
    difficulty: int = 2
    author: str = ""
    market: str = ""
    language: str = ""


class ItemsIn(Schema):
    """Up to 5,000 items, all taken in or none; a key that is known makes its next revision. They wait for approval."""

    policy: str
    use: Use
    items: list[ItemIn] = Field(max_length=5_000)


class TrainingItemOut(ItemIn):
    """An item as it stands. ``state`` is draft, approved or retired; ``stale``: the policy's text has changed since; it is not asked."""

    policy: str
    use: str
    state: str
    stale: bool
    version: int
    revision: int


class QuestionFigureOut(Schema):
    """What exams that are over say of a question: answers, share right, point-biserial with the rest of the score (from five answers)."""

    key: str
    answers: int
    p: float
    discrimination: float | None


class FormOut(Schema):
    """A parallel form: sittings with the same questions, and their KR-20."""

    form: int
    sittings: int
    kr20: float | None


class QuestionFiguresOut(Schema):
    """The figures of a policy's exam, hardest question first."""

    sittings: int
    passed: int
    items: list[QuestionFigureOut]
    forms: list[FormOut]


@router.get("/training/certified", response=list[SiteOut])
def certified(request: HttpRequest) -> list[SiteOut]:
    """Who is certified for what, by site. Only vendors within one's scope. Needs ``training.view``."""
    needs(request, "training.view")
    return [
        SiteOut(
            site=row.site, vendor=row.vendor_key, people=row.people,
            policies=[CellOut(policy=c.policy_key, certified=c.current, renew=c.renew, people=c.people) for c in row.cells],
        )
        for row in staff.certified(actor_of(request))
    ]  # fmt: skip


@router.get("/training/items", response=list[TrainingItemOut])
def items(request: HttpRequest, policy: str, use: str = "", state: str = "") -> list[TrainingItemOut]:
    """The items of a policy, answers included; ``state`` is draft, approved, retired or stale. Needs ``training.edit``."""
    needs(request, "training.edit")
    policies.policy(policy)
    return [_out(row) for row in staff.items(policy, use=use, state=state)]


@router.post("/training/items", response=list[TrainingItemOut])
def save(request: HttpRequest, body: ItemsIn) -> list[TrainingItemOut]:
    """Write items; people approve them in the page. Needs ``training.edit``."""
    needs(request, "training.edit")
    drafts = []
    for row in body.items:
        content = {
            "text": row.text,
            "question": row.question,
            "author": row.author,
            "market": row.market,
            "language": row.language,
        }
        drafts.append(
            Draft(
                key=row.key, topic=row.topic, difficulty=row.difficulty, options=tuple(row.options), answer=row.answer, why=row.why,
                content={name: value for name, value in content.items() if value},
            )
        )  # fmt: skip
    with writing(actor_of(request)) as w:
        return [_out(row) for row in bank.save_many(w, body.policy, body.use, drafts)]


@router.get("/training/figures", response=QuestionFiguresOut)
def figures(request: HttpRequest, policy: str) -> QuestionFiguresOut:
    """Difficulty, discrimination and reliability of a policy's exam. Needs ``training.edit``."""
    needs(request, "training.edit")
    policies.policy(policy)
    found = staff.figures(policy)
    return QuestionFiguresOut(
        sittings=found.sittings, passed=found.passed,
        items=[QuestionFigureOut(key=f.item, answers=f.answers, p=f.p, discrimination=f.discrimination) for f in found.items.values()],
        forms=[FormOut(form=form, sittings=count, kr20=value) for form, count, value in found.forms],
    )  # fmt: skip


def _out(row: TrainingItem) -> TrainingItemOut:
    content = {name: str(row.content.get(name, "")) for name in ("text", "question", "author", "market", "language")}
    return TrainingItemOut(
        **content, key=row.key, topic=row.topic, options=list(row.options), answer=row.answer, why=row.why,
        difficulty=row.difficulty, policy=row.policy_key, use=row.use, state=row.state, stale=bank.is_stale(row),
        version=row.policy_version, revision=row.revision,
    )  # fmt: skip
