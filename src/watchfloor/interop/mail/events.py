"""What can happen to the door for mail. Mails themselves are no events: what they cause is."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class MailAddressSaved(LedgerEvent, frozen=True, kw_only=True, tag="mail.address"):
    """An address takes mail from now on, is taken otherwise, or no longer."""

    step: str  # made | changed | ended | restored
    market: str


class TrustedSenderSaved(LedgerEvent, frozen=True, kw_only=True, tag="mail.sender"):
    """A body's mail has standing from now on, or no longer."""

    step: str
    reporter_kind: str


class MailPatternSaved(LedgerEvent, frozen=True, kw_only=True, tag="mail.pattern"):
    """Links that fit mean items of this type, or no longer do."""

    step: str
    item_type: str


class MailQuarantined(LedgerEvent, frozen=True, kw_only=True, tag="mail.quarantined"):
    """A mail could not be read and was put aside with its bytes."""

    error: str
    attempts: int


class MailReplayed(LedgerEvent, frozen=True, kw_only=True, tag="mail.replayed"):
    """A mail that was put aside is tried again."""


class MailDiscarded(LedgerEvent, frozen=True, kw_only=True, tag="mail.discarded"):
    """A mail was given up for good; its bytes are gone."""
