"""What can happen to more than one case at a time: joined and split, batches, clusters, reporters, edge cases. No free text here."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent
from watchfloor.review.events import Work


class CaseJoined(Work, frozen=True, tag="case.joined"):
    """A case went into another (``into``) as its duplicate; so many rows moved."""

    into: str
    reports: int
    signals: int
    notes: int


class CasePartMoved(Work, frozen=True, tag="case.split"):
    """A part of a case became a case of its own, or joined one (``into``)."""

    into: str
    reports: int
    signals: int


class CaseTookPart(Work, frozen=True, tag="case.took_part"):
    """The other side of a joining or a split. ``step``: joined | split | undone."""

    other: str
    step: str
    reports: int
    signals: int


class JoiningUndone(Work, frozen=True, tag="case.unjoined"):
    """A joining or a split was taken back. ``kind``: join | split."""

    kind: str
    reports: int


class CaseTagged(Work, frozen=True, tag="case.tagged"):
    """Internal tags of a case were changed. ``batch`` is the batch's id, or ``""``."""

    added: list[str]
    removed: list[str]
    batch: str = ""


class BatchBegun(LedgerEvent, frozen=True, tag="batch.begun"):
    """An order over many. ``digest`` is the sha256 over what it is done to."""

    verb: str
    source: str
    count: int
    digest: str
    verdict: str = ""
    violation: str = ""
    cluster: str = ""


class BatchEnded(LedgerEvent, frozen=True, tag="batch.ended"):
    """All rows of a batch were worked. ``kept`` could not be taken back. ``step``: done | reversed."""

    verb: str
    step: str
    done: int
    skipped: int
    kept: int = 0


class BatchReversal(LedgerEvent, frozen=True, tag="batch.reversal"):
    """Somebody takes a batch back."""

    verb: str
    count: int


class ClusterMade(LedgerEvent, frozen=True, tag="cluster.made"):
    """Items are to be judged together. ``seed`` and the item ids (``digest``) give the sample again to whoever doubts it."""

    policy: str
    source: str
    count: int
    digest: str
    seed: str
    sample: int
    share: float
    confidence: float


class ClusterQueued(LedgerEvent, frozen=True, tag="cluster.queued"):
    """A cluster waits in a queue as one job. ``cases`` are open, with so many ``reports`` together; ``held`` of their jobs stand by."""

    queue: str
    cases: int
    reports: int
    held: int


class ClusterRead(LedgerEvent, frozen=True, tag="cluster.read"):
    """A person read one item of the sample."""

    item: str
    place: int
    verdict: str


class ClusterStateChanged(LedgerEvent, frozen=True, tag="cluster.state"):
    """A cluster was decided, reversed or dropped. ``most_wrong`` is the exact bound, in items, of those decided unread."""

    before: str
    after: str
    read: int = 0
    wrong: int = 0
    most_wrong: int = 0


class ReporterMuted(LedgerEvent, frozen=True, tag="reporter.muted"):
    """A reporter's reports no longer move anything. ``high`` is the upper end of the interval on the share that was right."""

    reporter_kind: str
    upheld: int
    decided: int
    high: float


class ReporterUnmuted(LedgerEvent, frozen=True, tag="reporter.unmuted"):
    """The muting was taken back; ``revived`` reports count again."""

    reporter_kind: str
    revived: int


class ReportsReweighed(Work, frozen=True, tag="case.reweighed"):
    """What is known of who reported has changed: so many points of priority before and after."""

    before: float
    after: float


class EdgeCaseAsked(Work, frozen=True, tag="edge_case.asked"):
    """A case raises a question the policy does not answer."""

    length: int


class EdgeCaseRuled(Work, frozen=True, tag="edge_case.ruled"):
    """Policy has answered; a precedent from now on."""

    verdict: str
    violation: str
    after_ms: int


class EdgeCaseWithdrawn(Work, frozen=True, tag="edge_case.withdrawn"):
    """The question was taken back."""
