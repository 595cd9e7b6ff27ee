"""What happens to watched streams. Addresses and pictures stay out of the ledger."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class WatchAsked(LedgerEvent, frozen=True, tag="stream.watch_asked"):
    """A stream goes on and has an address: a worker will read it."""

    host: str


class WatchBegan(LedgerEvent, frozen=True, tag="stream.watch_began"):
    """Its first frame was looked at; ``again`` after a break."""

    again: bool = False


class WatchBroke(LedgerEvent, frozen=True, tag="stream.watch_broke"):
    """It cannot be read just now, and is tried again."""

    code: str


class WatchEnded(LedgerEvent, frozen=True, tag="stream.watch_ended"):
    """Nobody reads it any more. ``code``: over (it ended), told (the platform said so), or why it was refused."""

    code: str
    frames: int
    seconds: float


class StreamMatched(LedgerEvent, frozen=True, tag="stream.matched"):
    """Known content came up in a stream: at its second, so many bits of 256 from the entry; ``delay_ms`` after its bytes came."""

    bank: str
    entry: str
    policy: str
    severity: int
    second: float
    distance: int
    quality: int
    delay_ms: int
    paged: bool


class StreamClipKept(LedgerEvent, frozen=True, tag="stream.clip_kept"):
    """What was shown around a match is kept as a medium of the item; ``held_days``: it cannot be erased for so long (0: it can)."""

    media: str
    bytes: int
    held_days: int
    seconds: float
