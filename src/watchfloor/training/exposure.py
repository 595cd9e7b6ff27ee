"""Exposure control: a form drawn for one person from what they and all others have been asked, where an exam says so.

Who has seen a question is read from the exams that were begun, so nothing is counted twice. The exam is locked while a form is drawn: of
two people who begin at once the second sees what the first was asked, and no question goes beyond its most uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

import msgspec

from watchfloor.engines import exams as engine
from watchfloor.kernel.errors import BadInput
from watchfloor.training import bank
from watchfloor.training.domain.forms import cells
from watchfloor.training.models import Answer, Exam, Sitting, TrainingItem

GUESSED = {1: 0.85, 2: 0.7, 3: 0.5}  # the share right that a writer's difficulty stands for while few have answered
FEW = 10  # answers, below which the guess stands


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """How long the bank lasts: questions that count, those asked as often as they may be, and exams that can still be made of the rest."""

    questions: int
    worn: int
    exams: int | None  # None: without limit


def draw(exam: Exam, reviewer_id: UUID, sitting_id: UUID) -> list[str]:
    """The questions of a person's next exam, in the order they are asked.

    Raises ``BadInput`` where too few questions may still be asked, ``Conflict`` where every form that can be made is one they had.
    """
    Exam.objects.select_for_update().get(pk=exam.pk)
    own = list(Sitting.objects.filter(reviewer_id=reviewer_id, policy_key=exam.policy_key).order_by("started_at", "pk"))
    forms = [[name for name, _revision in row.items] for row in own]
    usable = list(bank.usable(exam.policy_key, "exam"))
    drawn = engine.draw(
        _candidates(usable, uses(exam.policy_key)), _blueprint(exam), seed=str(sitting_id), seen={name for form in forms for name in form},
        earlier=forms, most_uses=exam.most_uses,
    )  # fmt: skip
    return list(drawn.items)


def uses(policy_key: str) -> Counter[str]:
    """How many exams asked each question, whatever became of them: who began has seen it."""
    found: Counter[str] = Counter()
    for asked in Sitting.objects.filter(policy_key=policy_key).values_list("items", flat=True):
        found.update(name for name, _revision in asked)
    return found


def left(exam: Exam) -> Left:
    """How long the bank lasts under an exam's rules."""
    counted, rows = uses(exam.policy_key), list(bank.usable(exam.policy_key, "exam"))
    if not exam.most_uses:
        return Left(questions=len(rows), worn=0, exams=None)
    room = {str(row.pk): max(0, exam.most_uses - counted[str(row.pk)]) for row in rows}
    made = []
    for cell in _blueprint(exam):
        fitting = [
            room[str(row.pk)] for row in rows if row.topic == cell.topic and cell.difficulty in (0, row.difficulty)
        ]
        made.append(_fills(fitting, cell.count))
    return Left(questions=len(rows), worn=sum(value == 0 for value in room.values()), exams=min(made, default=0))


def _fills(room: list[int], count: int) -> int:
    """How many exams with ``count`` different questions each can be made of questions with so much room."""
    low, high = 0, sum(room) // count
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(each, middle) for each in room) >= middle * count:
            low = middle
        else:
            high = middle - 1
    return low


def _candidates(rows: Iterable[TrainingItem], counted: Counter[str]) -> list[engine.Candidate]:
    rows = list(rows)
    right: Counter[UUID] = Counter()
    answers: Counter[UUID] = Counter()
    now = {row.pk: row.revision for row in rows}
    for item, revision, good in Answer.objects.filter(item__in=now, sitting__isnull=False).values_list(
        "item_id", "revision", "right"
    ):
        if now[item] == revision:
            answers[item] += 1
            right[item] += good
    return [
        engine.Candidate(
            id=str(row.pk), topic=row.topic, difficulty=row.difficulty, uses=counted[str(row.pk)],
            p=right[row.pk] / answers[row.pk] if answers[row.pk] >= FEW else GUESSED.get(row.difficulty, 0.5),
        )
        for row in rows
    ]  # fmt: skip


def _blueprint(exam: Exam) -> list[engine.Cell]:
    found = [
        engine.Cell(topic=each.topic, count=each.count, difficulty=each.difficulty) for each in cells(exam.blueprint)
    ]
    if not found:
        raise BadInput("empty_blueprint", "An exam asks at least one question.", where="blueprint")
    return found
