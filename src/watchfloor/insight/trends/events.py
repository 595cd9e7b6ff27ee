"""What happens to topics and prevalence studies. None of a person's words is in here."""

from __future__ import annotations

from datetime import datetime

from watchfloor.ledger.schema import LedgerEvent


class TopicAlarmed(LedgerEvent, frozen=True, tag="topic.alarmed"):
    """Reports speak of something new, or more of something known; ``count`` voices in a day, ``expected`` of them."""

    topic: str
    kind: str
    dimension: str
    value: str
    count: int
    expected: float
    p: float


class TopicNamed(LedgerEvent, frozen=True, tag="topic.named"):
    """A person gave a topic a name (the name is not here)."""

    topic: str


class TopicMuted(LedgerEvent, frozen=True, tag="topic.muted"):
    """A topic does not alarm until then; None: it does again."""

    topic: str
    until: datetime | None


class TopicJoined(LedgerEvent, frozen=True, tag="topic.joined"):
    """Two topics are one; ``by_itself``: they had become alike."""

    topic: str
    into: str
    texts: int
    by_itself: bool


class TopicSplit(LedgerEvent, frozen=True, tag="topic.split"):
    """Some of a topic's texts became a topic of their own."""

    topic: str
    into: str
    texts: int


class StudyDrawn(LedgerEvent, frozen=True, tag="study.drawn"):
    """A prevalence study began; with the seed anyone can draw the sample again. ``digest`` is over the drawn units in order."""

    method: str
    population: int
    size: int
    seed: str
    digest: str


class StudyLabelled(LedgerEvent, frozen=True, tag="study.labelled"):
    """Somebody labelled a unit of a study."""

    study: str
    verdict: str
    labelled_policy: str
    second: bool


class StudyEnded(LedgerEvent, frozen=True, tag="study.ended"):
    """A study was finished, or dropped; what it found."""

    how: str
    labelled: int
    share: float
    low: float
    high: float


class StudyRepeats(LedgerEvent, frozen=True, tag="study.repeats"):
    """A study will draw its next week by itself, or no more."""

    weekly: bool
