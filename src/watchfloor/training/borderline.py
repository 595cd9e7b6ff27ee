"""The bar from examiners who grade finished sittings without their scores, beside what judges suggest; a second person agrees to it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.engines.exams.cuts import Cut, borderline_group, borderline_regression
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.training import bank, judging, scope, sittings
from watchfloor.training.events_judging import BarChosen, BarSettled, SittingGraded
from watchfloor.training.models import Answer, BarChoice, Exam, ExamGrade, Sitting, TrainingItem
from watchfloor.workforce.models import Reviewer

BELOW, BORDERLINE, ABOVE = 0, 1, 2
GRADES: Final = (BELOW, BORDERLINE, ABOVE)
FINISHED: Final = (Sitting.State.PASSED, Sitting.State.FAILED)
LONGEST_WHY: Final = 1000


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """One method's bar. ``share`` and ``error`` are of all that one can have right; ``based_on``: judges, or people who sat."""

    method: str
    share: float
    error: float | None
    based_on: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where grading stands. ``found`` is empty until two examiners have graded, and for who has graded nothing themselves."""

    examiners: int
    people: int
    mine: int
    found: tuple[Suggested, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a sitting as an examiner sees it: what was asked and answered, not what is right."""

    item: TrainingItem
    given: str


def finished(policy_key: str) -> QuerySet[Sitting]:
    """The sittings that tell of the bar: handed in, under the text in force."""
    _number, digest = bank.stamp_of(policy_key)
    return Sitting.objects.filter(policy_key=policy_key, text_digest=digest, state__in=FINISHED)


def waiting(actor: Actor, policy_key: str) -> list[Sitting]:
    """What this examiner has not graded, of people whom they teach and not their own; an order of each examiner's own."""
    people = Reviewer.objects.filter(scope.rows(actor, *scope.TEACH)).values_list("pk", flat=True)
    rows = finished(policy_key).filter(reviewer_id__in=people).exclude(grades__examiner=str(actor))
    if actor.kind == "user":
        rows = rows.exclude(reviewer_id=UUID(actor.id))
    return sorted(rows, key=lambda row: hashlib.sha256(f"{row.pk}/{actor}".encode()).digest())


def answers(sitting: Sitting) -> list[Asked]:
    """The questions as they were asked with what was answered; those that were rewritten since are left out."""
    rows = TrainingItem.objects.in_bulk([UUID(name) for name, _revision in sitting.items])
    given = {row.item_id: row.given for row in Answer.objects.filter(sitting=sitting)}
    asked = [(rows.get(UUID(name)), revision) for name, revision in sitting.items]
    return [Asked(item=row, given=given.get(row.pk, "")) for row, revision in asked if row and row.revision == revision]


def grade(w: Writer, actor: Actor, policy_key: str, sitting_id: UUID, said: int) -> ExamGrade:
    """Say of one sitting whether it is below the bar, just at it, or above it; it is said once.

    Raises:
        NotFound: no finished sitting that this examiner may grade, or one that they have graded.
    """
    if said not in GRADES:
        raise BadInput("no_grade", "Choose what you find.", where="grade")
    row = next((each for each in waiting(actor, policy_key) if each.pk == sitting_id), None)
    if row is None:
        raise NotFound("unknown_sitting", "There is no such sitting to grade.")
    mark = sittings.mark_of(row)
    if not mark.total:
        raise Conflict(
            "nothing_left", "Every question of this sitting was rewritten since; it says nothing of the bar."
        )
    made = w.create(
        ExamGrade, sitting=row, examiner=w.actor, grade=said, share=mark.right / mark.total, at=clock.now()
    )  # fmt: skip
    w.event(SittingGraded(policy=policy_key), made)
    return made


def standing(actor: Actor, policy_key: str) -> Standing:
    """What examiners found so far, as this one may know it."""
    rows = list(ExamGrade.objects.filter(sitting__in=finished(policy_key)))
    examiners = {row.examiner for row in rows}
    mine = sum(row.examiner == str(actor) for row in rows)
    told = mine > 0 or not waiting(actor, policy_key)
    found = suggest(rows) if told and len(examiners) >= judging.FEWEST else []
    judges = judging.latest(policy_key)
    said = judging.standing(judges, str(actor)).found if judges is not None and found else None
    if said is not None and judges is not None:
        many = len(judges.items)
        error = None if said.cut.error is None else said.cut.error / many
        found.append(
            Suggested(method=said.cut.method, share=said.cut.share, error=error, based_on=said.cut.based_on)
        )  # fmt: skip
    return Standing(
        examiners=len(examiners), people=len({row.sitting_id for row in rows}), mine=mine, found=tuple(found)
    )


def suggest(rows: Iterable[ExamGrade]) -> list[Suggested]:
    """The bars that grades suggest. A sitting counts once, by the mean of its examiners; nearest to borderline is borderline."""
    said: defaultdict[UUID, list[int]] = defaultdict(list)
    shares: dict[UUID, float] = {}
    for row in rows:
        said[row.sitting_id].append(row.grade)
        shares[row.sitting_id] = row.share
    pairs = [(sum(grades) / len(grades), shares[pk]) for pk, grades in said.items()]
    between = [share for mean, share in pairs if abs(mean - BORDERLINE) < 0.5]
    found = [_suggested(borderline_group(between, 1.0))] if between else []
    if len(pairs) >= 3 and len({mean for mean, _share in pairs}) > 1:
        found.append(_suggested(borderline_regression(pairs, BORDERLINE, 1.0)))
    return found


def _suggested(cut: Cut) -> Suggested:
    return Suggested(method=cut.method, share=cut.share, error=cut.error, based_on=cut.based_on)


def choose(w: Writer, actor: Actor, policy_key: str, method: str, why: str, cut: float | None = None) -> BarChoice:
    """Choose a bar by a method; it waits for a second person. ``cut``: another share than the method's own, for a reason."""
    of = next((each for each in standing(actor, policy_key).found if each.method == method), None)
    if of is None:
        raise BadInput("no_method", "Choose which bar.", where="method")
    share = round(of.share if cut is None else cut, 4)
    if not 0.01 <= share <= 1:
        raise BadInput("out_of_range", "The bar is from 1 to 100 per cent.", where="cut")
    if not why.strip():
        raise BadInput("no_why", "Say why this bar.", where="why")
    if not Exam.objects.filter(policy_key=policy_key).exists():
        raise BadInput("no_exam", "This policy has no exam yet.", where="cut", hint="Set its rules first.")
    if open_choice(policy_key) is not None:
        raise Conflict("waiting", "A bar waits for a second person already.")
    row = w.create(
        BarChoice, policy_key=policy_key, method=method, suggested=of.share, error=of.error, cut=share,
        why=why.strip()[:LONGEST_WHY], said_by=w.actor, said_at=clock.now(),
    )  # fmt: skip
    w.event(BarChosen(policy=policy_key, method=method, suggested=of.share, cut=share), row)
    return row


def settle(w: Writer, policy_key: str, *, agreed: bool) -> BarChoice:
    """A second person agrees, and the bar holds for exams that begin from now on; or the choice is dropped, by anybody."""
    row = BarChoice.objects.select_for_update().filter(policy_key=policy_key, state="waiting").first()
    if row is None:
        raise NotFound("no_choice", "No bar waits.")
    if agreed and row.said_by == w.actor:
        raise Forbidden("same_person", "A second person agrees to a bar, not who chose it.")
    if agreed:
        exam = Exam.objects.select_for_update().get(policy_key=policy_key)
        w.update(exam, cut=row.cut)
    w.update(row, state="set" if agreed else "dropped", settled_by=w.actor, settled_at=clock.now())
    w.event(BarSettled(policy=policy_key, method=row.method, cut=row.cut, agreed=agreed), row)
    return row


def open_choice(policy_key: str) -> BarChoice | None:
    """The bar that waits for a second person, if one does."""
    return BarChoice.objects.filter(policy_key=policy_key, state="waiting").first()


def last_set(policy_key: str) -> BarChoice | None:
    """The newest bar that two people set this way."""
    return BarChoice.objects.filter(policy_key=policy_key, state="set").order_by("-settled_at").first()
