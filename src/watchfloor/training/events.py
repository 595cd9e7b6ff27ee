"""What can happen in training. What a question says and its answer stay out of the ledger: readers of it sit exams, too."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class TrainingItemSaved(LedgerEvent, frozen=True, tag="training.item_saved"):
    """A practice case or an exam question was written, changed or stamped anew; it counts once a second person approves it."""

    item: str
    use: str
    policy: str
    version: int
    revision: int
    new: bool


class TrainingItemApproved(LedgerEvent, frozen=True, tag="training.item_approved"):
    """A second person agreed: it counts from now on."""

    item: str
    policy: str
    version: int
    revision: int
    written_by: str


class TrainingItemRetired(LedgerEvent, frozen=True, tag="training.item_retired"):
    """It is not used any more; answers given to it stay."""

    item: str
    policy: str


class ExamSaved(LedgerEvent, frozen=True, tag="training.exam_saved"):
    """The rules of a policy's exam were set or changed."""

    policy: str
    questions: int
    cut: float
    minutes: int


class PracticeAnswered(LedgerEvent, frozen=True, tag="training.practised"):
    """Someone answered a practice case."""

    policy: str
    right: bool


class ExamBegun(LedgerEvent, frozen=True, tag="exam.begun"):
    """Someone began an exam: which form of it, for which version of the policy, for the how-many-th time."""

    policy: str
    version: int
    form: int
    attempt: int


class ExamAnswered(LedgerEvent, frozen=True, tag="exam.answered"):
    """An answer was recorded, or changed before the end. Whether it was right is told when the exam is over."""

    policy: str
    number: int


class ExamFinished(LedgerEvent, frozen=True, tag="exam.finished"):
    """An exam is over. ``state``: passed, failed or void (the policy changed meanwhile); ``how``: handed_in or time_over."""

    policy: str
    version: int
    state: str
    how: str
    right: int
    total: int
