"""What others hand to banks and get from them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Kind = Literal["pdq", "md5", "sha256", "video", "text", "url"]


class BankIn(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a bank; see ``models.Bank`` for each."""

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


class EntryIn(msgspec.Struct, frozen=True, kw_only=True):
    """A value to put in.

    ``value``: of ``pdq`` 64 hexadecimal digits, of ``md5`` 32, of ``sha256`` 64; of ``video`` the lines of a vPDQ file
    (``frame,quality,digits,seconds``) or its JSON list; of ``text`` the text; of ``url`` the address.
    ``turned``: of ``pdq`` further hashes of the same picture, turned and mirrored.
    """

    kind: str
    value: str
    evidence: str = ""
    source: str = ""
    source_ref: str = ""
    expires_at: datetime | None = None
    tags: tuple[str, ...] = ()
    quality: int | None = None
    turned: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """A value that was not taken: its place in what was handed over, and one sentence why."""

    index: int
    message: str


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What came of adding. ``ids`` are those of all good values in their order, known ones included."""

    new: int = 0
    known: int = 0
    bad: list[Problem] = []
    ids: list[UUID] = []


class Range(msgspec.Struct, frozen=True):
    """A part of a video that is a part of a known one: seconds in both, and how many frames met."""

    begin: float
    end: float
    known_begin: float
    known_end: float
    frames: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A known value near (or equal to) the one asked for.

    Attributes:
        distance: bits of 256; of a text 0 to 1; 0 for equal bytes and addresses.
        margin: how much farther it could be and still match in its bank.
        seconds: of a frame, its moment in the known video.
        exact: equal bytes, or within the radius after every pixel was read.
        turned: it is a turned or mirrored copy of the entry that it is near to.
        looked: bits after every pixel was read; None where nobody looked again. Beyond the radius where it is not ``exact``.
        entry_kind: of a question ``pdq`` it may be a frame of a ``video``.
    """

    bank: str
    bank_id: UUID
    entry: UUID
    entry_kind: str
    negative: bool
    distance: float
    margin: float
    value: str
    quality: int | None = None
    exact: bool = False
    seconds: float | None = None
    ranges: tuple[Range, ...] = ()
    source: str = ""
    source_ref: str = ""
    tags: tuple[str, ...] = ()
    frames_needed: int = 1
    turned: bool = False
    looked: float | None = None


class Day(msgspec.Struct, frozen=True):
    """What a retro-match found in one day."""

    day: str
    items: int


class RetroFound(msgspec.Struct, frozen=True, kw_only=True):
    """What a retro-match would do: counted, not done."""

    items: int = 0
    media: int = 0
    known: int = 0  # of the items, those that the bank's harm group has decided already
    cleared: int = 0  # those a person found clean
    days: list[Day] = []
    sample: list[UUID] = []  # media
    looked_at: int = 0


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A match turned out right or wrong: told to every function registered by ``feedback.on_verdict``."""

    match: UUID
    bank: str
    bank_id: UUID
    entry: UUID
    kind: str
    source: str
    source_ref: str
    confirmed: bool
    before: str  # "", confirmed or rejected: what was said earlier
    by: str
