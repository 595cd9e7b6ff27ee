"""What happens between us and others' hashes, as the ledger says it. Values are never in it, only how many and whose."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ExchangeSaved(LedgerEvent, frozen=True, tag="exchange.saved"):
    """An exchange was set up, or its settings are others. ``secret``: its credentials were set anew."""

    exchange: str
    kind: str
    bank: str
    secret: bool = False


class ExchangePaused(LedgerEvent, frozen=True, tag="exchange.paused"):
    """An exchange is no longer read (``back``: it is again)."""

    exchange: str
    back: bool = False


class ExchangeArchived(LedgerEvent, frozen=True, tag="exchange.archived"):
    """An exchange was given up. ``taken_out``: how many of its entries went with it."""

    exchange: str
    taken_out: int = 0


class ExchangeRunBegan(LedgerEvent, frozen=True, tag="exchange_run.began"):
    """A reading began; ``whole``: everything is read again."""

    exchange: str
    whole: bool = False


class ExchangePageRead(LedgerEvent, frozen=True, tag="exchange_run.page"):
    """A page of an exchange was taken in, and how far it was read was noted with it."""

    exchange: str
    records: int
    added: int
    removed: int
    bad: int


class ExchangeRunEnded(LedgerEvent, frozen=True, tag="exchange_run.ended"):
    """A reading came to its end, or failed."""

    exchange: str
    state: str
    pages: int
    added: int
    removed: int


class FeedbackNoted(LedgerEvent, frozen=True, tag="exchange_feedback.noted"):
    """What people found of an entry waits to be told to its exchange."""

    exchange: str
    confirmed: bool


class FeedbackReleased(LedgerEvent, frozen=True, tag="exchange_feedback.released"):
    """A person let it go (``dropped``: it is not told)."""

    exchange: str
    dropped: bool = False


class FeedbackTried(LedgerEvent, frozen=True, tag="exchange_feedback.tried"):
    """It was told to the exchange, or will be tried again, or was given up."""

    exchange: str
    state: str
    tries: int


class ImportRead(LedgerEvent, frozen=True, tag="bank_import.read"):
    """A file was read and shown; nothing is in the bank yet."""

    bank: str
    new: int
    known: int
    bad: int


class ImportDone(LedgerEvent, frozen=True, tag="bank_import.done"):
    """The good rows of a file are in the bank."""

    bank: str
    new: int
    known: int


class ImportUndone(LedgerEvent, frozen=True, tag="bank_import.undone"):
    """What an import put in was taken out (``dropped``: it never was in)."""

    bank: str
    taken_out: int = 0
    dropped: bool = False


class BankExported(LedgerEvent, frozen=True, tag="bank.exported"):
    """Somebody took a bank's entries out as a file."""

    bank: str
    format: str
    entries: int


class DoorContentSaved(LedgerEvent, frozen=True, tag="door_content.saved"):
    """A client of the HMA door put a content in, changed what is said of it, or took it out."""

    bank: str
    number: int
    how: str
