"""What can happen to items."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ItemTypeSaved(LedgerEvent, frozen=True, tag="item_type.saved"):
    """An item type was made or changed."""

    key: str


class ItemSeenFirst(LedgerEvent, frozen=True, tag="item.seen"):
    """An item became known, or a new version of it."""

    item_type: str
    version: str
    new: bool


class ItemStateChanged(LedgerEvent, frozen=True, tag="item.state_changed"):
    """What the platform is asked to show of an item changed."""

    before: str
    after: str


class LabelAdded(LedgerEvent, frozen=True, tag="label.added"):
    """A label was put on an item."""

    value: str
    source: str


class LabelRemoved(LedgerEvent, frozen=True, tag="label.removed"):
    """A label was taken off an item."""

    value: str
    source: str


class AccountProtected(LedgerEvent, frozen=True, tag="account.protected"):
    """An account was put into the register of protected ones."""

    tier: str


class AccountReleased(LedgerEvent, frozen=True, tag="account.released"):
    """An account was taken out of the register."""

    tier: str


class RepresentativeNamed(LedgerEvent, frozen=True, tag="representative.named"):
    """Somebody may speak for a protected account."""

    channel: str


class RepresentativeEnded(LedgerEvent, frozen=True, tag="representative.ended"):
    """Somebody no longer speaks for a protected account."""

    channel: str


from watchfloor.items.media.events import (  # noqa: E402  known as soon as this context's events are
    MediaErased,
    MediaNamed,
    MediaReady,
    MediaReceived,
    MediaRefused,
    MediaRestricted,
    MediaRetried,
    MediaViewed,
)

__all__ = [
    "AccountProtected",
    "AccountReleased",
    "ItemSeenFirst",
    "ItemStateChanged",
    "ItemTypeSaved",
    "LabelAdded",
    "LabelRemoved",
    "MediaErased",
    "MediaNamed",
    "MediaReady",
    "MediaReceived",
    "MediaRefused",
    "MediaRestricted",
    "MediaRetried",
    "MediaViewed",
    "RepresentativeEnded",
    "RepresentativeNamed",
]  # fmt: skip
