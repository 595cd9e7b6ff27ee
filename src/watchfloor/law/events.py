"""What can happen under the law. Names of persons, texts of orders and reasons stay out of the ledger; keys, dates and counts are in it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class DocumentDrafted(LedgerEvent, frozen=True, tag="law.document_drafted"):
    """A new version of the clock table or of the retention rules was written; it counts once a second person approves it."""

    kind: str
    number: int
    entries: int


class DocumentApproved(LedgerEvent, frozen=True, tag="law.document_approved"):
    """A second person agreed: it is in force from now on. What runs goes on by the version it began under."""

    kind: str
    number: int
    written_by: str


class DocumentDropped(LedgerEvent, frozen=True, tag="law.document_dropped"):
    """A draft will not come into force."""

    kind: str
    number: int


class OfClock(LedgerEvent, frozen=True, tag="law.of_clock"):
    """What every event of a clock says of it (never used itself)."""

    rule: str
    table: int
    about: str
    policy: str
    market: str


class ClockStarted(OfClock, frozen=True, tag="clock.started"):
    """A legal period began; ``again``: the notice was given anew, and the period with it."""

    due_at: str
    again: bool


class ClockPaused(OfClock, frozen=True, tag="clock.paused"):
    """It stands still: clarification | force_majeure | identity | extension | suit."""

    why: str


class ClockResumed(OfClock, frozen=True, tag="clock.resumed"):
    """It goes on; ``due_at`` moved."""

    why: str
    due_at: str
    stood_ms: int


class ClockWarned(OfClock, frozen=True, tag="clock.warned"):
    """It will be due. ``paged``: on-call heard of it; ``late_ms`` after the moment it should have."""

    due_at: str
    paged: bool
    late_ms: int


class ClockMissed(OfClock, frozen=True, tag="clock.missed"):
    """Its end has passed and nothing had stopped it."""

    due_at: str
    paged: bool
    late_ms: int


class ClockStopped(OfClock, frozen=True, tag="clock.stopped"):
    """What it asked for was done. ``by``: what stopped it; ``proof`` names it; ``met``: in time."""

    by: str
    proof: str
    met: bool
    took_ms: int


class ClockEnded(OfClock, frozen=True, tag="clock.ended"):
    """It was void: nothing was owed in the end."""


class OrderReceived(LedgerEvent, frozen=True, tag="order.received"):
    """An order of an authority arrived. ``missing`` names what it lacks; ``cases``: how many were opened or joined."""

    kind: str
    country: str
    locations: int
    missing: list[str]
    cases: int
    confidential: bool


class OrderChanged(LedgerEvent, frozen=True, tag="order.changed"):
    """``step``: clarified | refused | challenged | resumed | cases."""

    kind: str
    country: str
    step: str
    missing: list[str] = []


class OrderAnswered(LedgerEvent, frozen=True, tag="order.answered"):
    """The authority was informed of the effect. ``after_ms`` since the order arrived."""

    kind: str
    country: str
    effect: str
    after_ms: int


class RegisterChanged(LedgerEvent, frozen=True, tag="law.register_changed"):
    """An authority or a trusted flagger: added | changed | verified | suspended | awarded | ended."""

    register: str
    step: str
    country: str


class RequestReceived(LedgerEvent, frozen=True, tag="request.received"):
    """A person asked about their own data."""

    kind: str


class RequestChanged(LedgerEvent, frozen=True, tag="request.changed"):
    """``step``: identified | extended | exported | answered | refused."""

    kind: str
    step: str
    after_ms: int = 0


class HoldPlaced(LedgerEvent, frozen=True, tag="hold.placed"):
    """Something must be kept."""

    about: str
    basis: str
    until: str


class HoldLifted(LedgerEvent, frozen=True, tag="hold.lifted"):
    """It need not be kept any longer. ``how``: by_hand | over."""

    about: str
    basis: str
    how: str


class ErasureAsked(LedgerEvent, frozen=True, tag="erasure.asked"):
    """Somebody wants a person's data erased."""


class ErasureJudged(LedgerEvent, frozen=True, tag="erasure.judged"):
    """A second person agreed, or did not."""

    agreed: bool


class RowsErased(LedgerEvent, frozen=True, tag="erasure.rows"):
    """Rows were emptied and their seals dropped; ``digest`` is sha256 over their ids in order."""

    table: str
    rows: int
    digest: str


class PersonErased(LedgerEvent, frozen=True, tag="erasure.done"):
    """The proof: everything that was erased, table by table, what holds kept, and where a name of theirs still stands."""

    counts: dict[str, int]
    digests: dict[str, str]
    held: int
    left: dict[str, int]


class PersonScrubbed(LedgerEvent, frozen=True, tag="erasure.scrubbed"):
    """The tables were rewritten and the write-ahead log turned over: the disk's blocks do not hold it either."""

    tables: int
    left: dict[str, int]


class RetentionRan(LedgerEvent, frozen=True, tag="retention.ran"):
    """The rules were applied: how much of which kind is gone, under which digests, and how much holds kept."""

    number: int
    preview: bool
    counts: dict[str, int]
    digests: dict[str, str]
    held: dict[str, int]
