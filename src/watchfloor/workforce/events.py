"""What can happen to people and vendors. Names of persons are not in the events."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class VendorSaved(LedgerEvent, frozen=True, tag="vendor.saved"):
    """A vendor was made or changed."""

    key: str


class ReviewerSaved(LedgerEvent, frozen=True, tag="reviewer.saved"):
    """Someone became a reviewer, or what they may be given changed."""

    reviewer: str
    vendor: str
    active: bool


class PeopleFileTaken(LedgerEvent, frozen=True, tag="people.file"):
    """A file of people was taken in, or taken back (``undo``): how many were added, changed, and kept from signing in."""

    people_added: int
    people_changed: int
    people_ended: int
    undo: bool = False


class ShareSet(LedgerEvent, frozen=True, tag="reviewer.share"):
    """How much of a full day's work someone stands for was set; ``ramp_days``: they grow into it for so long."""

    reviewer: str
    vendor: str
    share: float
    ramp_days: int


class CertificateGranted(LedgerEvent, frozen=True, tag="certificate.granted"):
    """Someone has shown that they know a version of a policy. ``how``: exam | training | manager | import; ``expires_at`` may be ""."""

    reviewer: str
    policy: str
    version: int
    level: int
    how: str
    expires_at: str = ""


class CertificateRevoked(LedgerEvent, frozen=True, tag="certificate.revoked"):
    """A certificate no longer counts; why is in the event's reason."""

    reviewer: str
    policy: str
    version: int


class PresenceChanged(LedgerEvent, frozen=True, tag="presence.changed"):
    """A reviewer came on, went on a break, stepped back or left. ``held_ms`` is how long the state before lasted."""

    reviewer: str
    vendor: str
    state: str
    before: str
    held_ms: int


# The events of well-being stand in a file of their own.
from watchfloor.workforce import wellbeing_events as _wellbeing  # noqa: E402, F401
