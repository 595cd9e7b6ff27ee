"""What the JSON of banks looks like, both ways."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema


class BankSettings(Schema):
    """A bank's settings. ``action``: decide (nobody looks), queue or note. ``radius``: bits, up to 31."""

    key: str
    name: str
    purpose: str = ""
    owner: str = ""
    policy_key: str = ""
    violation_key: str = ""
    severity: int | None = None
    negative: bool = False
    clearance: str = ""
    expires_at: datetime | None = None
    ratio: float = 1.0
    action: str = "queue"
    queue_key: str = ""
    radius: int = 31
    quality: int = 50
    text_within: float = 0.3
    frames: int = 3
    sample: float = 0.05
    flood_limit: int = 30


class BankChange(BankSettings):
    """New settings, why, and the version they began with."""

    why: str
    seen: int | None = None


class BankOut(BankSettings):
    """A bank with the figures of its last 28 days; ``precision`` as share, low, high (95 %) is of what people judged."""

    version: int
    size: int
    hits: int
    views_avoided: int
    judged: int
    precision: list[float]


class BankEntryBody(Schema):
    """A value to put in. ``kind``: pdq, md5, sha256, video, text or url; of ``pdq`` its ``quality``, if it is known."""

    kind: str
    value: str
    evidence: str = ""
    source: str = ""
    source_ref: str = ""
    expires_at: datetime | None = None
    tags: list[str] = []
    quality: int | None = None


class BankEntriesBody(Schema):
    """Up to 10,000 entries."""

    entries: list[BankEntryBody]


class BankProblem(Schema):
    """An entry that was not taken: its place in what was sent, and why."""

    index: int
    message: str


class BankAdded(Schema):
    """How many are new, how many were there; ids of all good ones in their order; what was not taken."""

    new: int
    known: int
    ids: list[UUID]
    problems: list[BankProblem]


class BankEntryOut(Schema):
    """An entry. ``state``: waiting, live, quarantined or removed."""

    id: UUID
    kind: str
    value: str
    state: str
    evidence: str
    source: str
    source_ref: str
    tags: list[str]
    expires_at: datetime | None
    disable_until: datetime | None
    added_at: datetime
    hits: int
    confirmed: int
    rejected: int


class BankEntriesOut(Schema):
    """Entries, the newest first; ``next`` is given as ``before`` for those that follow, null at the end."""

    entries: list[BankEntryOut]
    next: UUID | None


class BankRemoveBody(Schema):
    """Entries to take out, and why."""

    ids: list[UUID]
    why: str


class BankCount(Schema):
    """How many."""

    count: int


class BankAsk(Schema):
    """A value to look up; in ``banks`` only, by key; within ``radius`` bits in place of each bank's own."""

    kind: str
    value: str
    banks: list[str] | None = None
    radius: int | None = None


class BankMatchOut(Schema):
    """A known value near the one asked for. ``ranges`` of a video: from, to, known from, known to (seconds), frames."""

    bank: str
    entry: UUID
    kind: str
    negative: bool
    distance: float
    margin: float
    exact: bool
    value: str
    seconds: float | None
    source: str
    source_ref: str
    ranges: list[list[float]]


class BankSearchBody(Schema):
    """Entries to hold against the media of the last days."""

    ids: list[UUID]
    days: int = 30
    why: str


class BankUndoBody(Schema):
    """Why it is taken back."""

    why: str


class BankSearchOut(Schema):
    """A search of the last days. ``state``: counting, ready (nothing is done yet), running, done, undoing, undone, dropped or failed."""

    id: UUID
    bank: str
    state: str
    days: int
    done: int
    total: int
    found: dict[str, Any]
    problem: str
