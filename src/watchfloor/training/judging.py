"""The bar of an exam, set by people who judge its questions (Angoff), and more time for those who need it. The only writers of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from watchfloor.engines.exams.cuts import Angoff, angoff
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.training.events_judging import AngoffBegun, AngoffClosed, AngoffJudged, ExtraTimeSaid
from watchfloor.training.models import AngoffRound, Exam, ExtraTime, Judgement, TrainingItem

FACTORS: Final = (1.0, 1.25, 1.5, 2.0, 3.0)
FEWEST: Final = 2  # judges, before anything is suggested


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A round as its page shows it. ``found``: what all judges together say, once it is closed or two have judged."""

    row: Any
    items: list[Any]
    judges: int
    mine: dict[UUID, float]
    found: Angoff | None

    @property
    def suggested(self) -> float | None:
        """The cut as a share of the questions."""
        return self.found.cut.share if self.found is not None else None


def begin(w: Writer, policy_key: str) -> AngoffRound:
    """Begin a round over the exam questions that count now."""
    from watchfloor.training import bank  # it stands beside this module

    if AngoffRound.objects.filter(policy_key=policy_key, closed_at=None).exists():
        raise Conflict("open_round", "A round is open already.")
    items = [[str(row.pk), row.revision] for row in bank.usable(policy_key, "exam").order_by("topic", "key")]
    if not items:
        raise BadInput("no_questions", "No question of this policy's exam counts now.", where="items",
                       hint="Write and approve some first.")  # fmt: skip
    row = w.create(AngoffRound, policy_key=policy_key, items=items, began_by=w.actor, began_at=clock.now())
    w.event(AngoffBegun(policy=policy_key, questions=len(items)), row)
    return row


def judge(w: Writer, row: AngoffRound, said: Mapping[UUID, float]) -> None:
    """Say of every question which share of people who just deserve to pass has it right; said again it replaces what was said."""
    row = _open(row.pk)
    wanted = {UUID(name) for name, _ in row.items}
    if set(said) != wanted or not all(0 <= value <= 1 for value in said.values()):
        raise BadInput("not_all", "Say something from 0 to 100 of every question.", where="shares")
    known = {each.item_id: each for each in Judgement.objects.filter(round=row, judge=w.actor)}
    now = clock.now()
    for item, share in said.items():
        if item in known:
            w.update(known[item], share=share, at=now)
        else:
            w.create(Judgement, round=row, judge=w.actor, item_id=item, share=share, at=now)
    w.event(AngoffJudged(policy=row.policy_key, questions=len(said)), row)


def close(w: Writer, row: AngoffRound, cut: float | None) -> AngoffRound:
    """Close a round; with ``cut`` (0 to 1) a person sets the exam's bar to it, suggested or not."""
    row = _open(row.pk)
    found = standing(row, "")
    exam = Exam.objects.select_for_update().filter(policy_key=row.policy_key).first()
    if cut is not None:
        if not 0.01 <= cut <= 1:
            raise BadInput("out_of_range", "The bar is from 1 to 100 per cent.", where="cut")
        if exam is None:
            raise BadInput("no_exam", "This policy has no exam yet.", where="cut", hint="Set its rules first.")
        w.update(exam, cut=round(cut, 4))
    w.update(row, closed_at=clock.now(), suggested=found.suggested, cut=cut, set_by=w.actor if cut is not None else "")
    event = AngoffClosed(policy=row.policy_key, judges=found.judges, suggested=found.suggested, cut=cut)
    w.event(event, row)
    return row


def latest(policy_key: str) -> AngoffRound | None:
    """The round that is open, else the newest."""
    return AngoffRound.objects.filter(policy_key=policy_key).order_by("-began_at").first()


def standing(row: AngoffRound, judge: str) -> Round:
    """A round as one judge sees it: their own judgements, and everybody's together once they have judged (or it is closed)."""
    asked = [UUID(name) for name, _ in row.items]
    rows = {each.pk: each for each in TrainingItem.objects.filter(pk__in=asked)}
    said: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for each in Judgement.objects.filter(round=row):
        said[each.judge][str(each.item_id)] = each.share
    mine = {UUID(name): share for name, share in said.get(judge, {}).items()}
    shown = len(said) >= FEWEST and (row.closed_at is not None or bool(mine) or not judge)
    return Round(
        row=row, items=[rows[pk] for pk in asked if pk in rows], judges=len(said), mine=mine, found=angoff(said) if shown else None
    )  # fmt: skip


def give_time(w: Writer, reviewer_id: UUID, factor: float, why: str = "") -> ExtraTime:
    """Say how much time somebody has in exams that begin from now on; 1 is the usual."""
    if factor not in FACTORS:
        raise BadInput("bad_factor", "Choose how much time.", where="factor")
    values = {"factor": factor, "why": why.strip()[:500], "said_by": w.actor, "said_at": clock.now()}
    row = ExtraTime.objects.select_for_update().filter(reviewer_id=reviewer_id).first()
    row = w.create(ExtraTime, reviewer_id=reviewer_id, **values) if row is None else w.update(row, **values)
    w.event(ExtraTimeSaid(given=factor > 1), row)
    return row


def time_factor(reviewer_id: UUID) -> float:
    """How much time somebody has, of the usual."""
    found = ExtraTime.objects.filter(reviewer_id=reviewer_id).values_list("factor", flat=True).first()
    return found or 1.0


def _open(pk: UUID) -> AngoffRound:
    row = AngoffRound.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("unknown_round", "There is no such round.")
    if row.closed_at is not None:
        raise Conflict("closed", "The round is closed.")
    return row
