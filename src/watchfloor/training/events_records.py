"""What happens between the house and its learning record store, as the ledger says it. Credentials stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class RecordStoreSaved(LedgerEvent, frozen=True, tag="training.record_store"):
    """Where results are sent, or whether they are, was written down."""

    enabled: bool


class RecordsAsked(LedgerEvent, frozen=True, tag="training.records_asked"):
    """Results from before the store was there are to be sent, too: so many exams."""

    total: int
