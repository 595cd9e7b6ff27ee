"""What can happen to the bar of an exam, and to who is given more time in it. Who judged what stays out until the round is closed."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class AngoffBegun(LedgerEvent, frozen=True, tag="exam.angoff_begun"):
    """A round of judges was begun over an exam's questions."""

    policy: str
    questions: int


class AngoffJudged(LedgerEvent, frozen=True, tag="exam.angoff_judged"):
    """A judge said what they think; what it is stays out until the round is closed."""

    policy: str
    questions: int


class AngoffClosed(LedgerEvent, frozen=True, tag="exam.angoff_closed"):
    """A round is closed. ``cut``: what a person set the bar to, or nothing."""

    policy: str
    judges: int
    suggested: float | None
    cut: float | None


class ExtraTimeSaid(LedgerEvent, frozen=True, tag="exam.extra_time"):
    """What somebody needs in exams was set; how much and why stay out."""

    given: bool


class SittingGraded(LedgerEvent, frozen=True, tag="exam.graded"):
    """An examiner said what they find of one sitting, score unseen; what it is stays out."""

    policy: str


class BarChosen(LedgerEvent, frozen=True, tag="exam.bar_chosen"):
    """Somebody chose a bar by a method; it waits for a second person. Why stays out."""

    policy: str
    method: str
    suggested: float | None
    cut: float | None


class BarSettled(LedgerEvent, frozen=True, tag="exam.bar_settled"):
    """A chosen bar holds from now on, or was dropped."""

    policy: str
    method: str
    cut: float | None
    agreed: bool
