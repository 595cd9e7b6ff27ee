"""The sandbox: the next practice case of a policy, and what is said to an answer. Nothing here touches cases, jobs or their numbers."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.training import bank
from watchfloor.training import events as happened
from watchfloor.training.domain import stamps
from watchfloor.training.domain.forms import shuffled
from watchfloor.training.models import Answer, TrainingItem


class Standing(msgspec.Struct, frozen=True):
    """How far someone is with a policy's practice cases: answered right at least once, and all of them."""

    right: int
    total: int


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """What is said to an answer at once: what was given, what is right, the clause word for word, and why."""

    item: TrainingItem
    given: str
    right: bool
    answer_name: str
    given_name: str
    clause: str
    clause_text: str
    why: str


def standing(reviewer_id: UUID, policy_key: str) -> Standing:
    """How far this person is; answers to earlier revisions do not count."""
    items = {row.pk: row.revision for row in bank.usable(policy_key, "practice").only("pk", "revision")}
    return Standing(len(_known(reviewer_id, items)), len(items))


def next_case(reviewer_id: UUID, policy_key: str) -> TrainingItem | None:
    """The next case: first those never answered right, longest ago first; when all are, the one answered longest ago.

    None when the policy has no practice cases that count now.
    """
    rows = list(bank.usable(policy_key, "practice"))
    known = _known(reviewer_id, {row.pk: row.revision for row in rows})
    last = dict(
        Answer.objects.filter(reviewer_id=reviewer_id, sitting=None, item__in=rows)
        .order_by("at")
        .values_list("item_id", "at")
    )
    # An order of one's own: two people side by side do not see the same case at the same time.
    place = {name: index for index, name in enumerate(shuffled([str(row.pk) for row in rows], str(reviewer_id)))}
    rows.sort(
        key=lambda row: (row.pk in known, last[row.pk].timestamp() if row.pk in last else 0.0, place[str(row.pk)])
    )
    return rows[0] if rows else None


def answer(w: Writer, reviewer_id: UUID, item_id: UUID, given: str) -> Answer:
    """Record an answer to a practice case. Raises ``BadInput`` for what is no answer to it."""
    row = TrainingItem.objects.filter(pk=item_id, use="practice", state=TrainingItem.State.APPROVED).first()
    if row is None:
        raise NotFound("unknown_item", "There is no such practice case.")
    if given not in possible(row):
        raise BadInput("no_answer", "Choose what you find.", where="answer")
    right = given == row.answer
    found = w.create(
        Answer, item=row, revision=row.revision, reviewer_id=reviewer_id, given=given, right=right, at=clock.now()
    )
    w.event(happened.PracticeAnswered(policy=row.policy_key, right=right), ("reviewer", reviewer_id))
    return found


def possible(item: TrainingItem) -> list[str]:
    """What may be answered."""
    return [str(option) for option in item.options] or bank.findings(item.policy_key)


def feedback(reviewer_id: UUID, answer_id: UUID) -> Feedback:
    """What is said to one's own answer in the sandbox."""
    row = Answer.objects.select_related("item").filter(pk=answer_id, reviewer_id=reviewer_id, sitting=None).first()
    if row is None:
        raise NotFound("unknown_answer", "There is no such answer.")
    return explain(row.item, row.given, row.right)


def explain(item: TrainingItem, given: str, right: bool) -> Feedback:
    """What is right about an item, with the words of the clause."""
    kinds = {kind.key: kind for kind in policies.all_violations(item.policy_key)}
    about = kinds.get(item.answer) or kinds.get(item.topic)
    version = policies.version_in_force(item.policy_key)
    clause = about.clause if about else ""
    return Feedback(
        item=item, given=given, right=right, why=item.why, clause=clause,
        answer_name=kinds[item.answer].name if item.answer in kinds else item.answer,
        given_name=kinds[given].name if given in kinds else given,
        clause_text=stamps.clause_text(version.text, clause) if version and clause else "",
    )  # fmt: skip


def _known(reviewer_id: UUID, revisions: dict[UUID, int]) -> set[UUID]:
    rows = Answer.objects.filter(reviewer_id=reviewer_id, sitting=None, right=True, item__in=list(revisions))
    return {item for item, revision in rows.values_list("item_id", "revision") if revisions[item] == revision}
