"""What can happen to media."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class MediaNamed(LedgerEvent, frozen=True, tag="media.named"):
    """An item version names a file by its address; it will be fetched."""

    field: str


class MediaReceived(LedgerEvent, frozen=True, tag="media.received"):
    """The bytes are here, sealed: uploaded or fetched. ``same_as`` names the medium that has these bytes already."""

    how: str  # upload | fetch | stream
    kind: str
    mime: str
    bytes: int
    same_as: str = ""


class MediaReady(LedgerEvent, frozen=True, tag="media.ready"):
    """Renditions were derived in the sandbox."""

    renditions: list[str]


class MediaPrinted(LedgerEvent, frozen=True, tag="media.printed"):
    """Its fingerprints were made later than its renditions."""

    prints: int


class MediaRefused(LedgerEvent, frozen=True, tag="media.refused"):
    """It cannot be fetched or shown; ``code`` says why for programs."""

    code: str
    stage: str  # fetching | decoding


class MediaRestricted(LedgerEvent, frozen=True, tag="media.restricted"):
    """It may be seen only with a clearance from now on; its small renditions were dropped."""

    clearance: str


class MediaErased(LedgerEvent, frozen=True, tag="media.erased"):
    """Its key was dropped: the bytes cannot be read again by anybody."""

    bytes: int


class MediaRetried(LedgerEvent, frozen=True, tag="media.retried"):
    """Somebody asked for a refused one to be tried again."""

    from_state: str


class MediaViewed(LedgerEvent, frozen=True, tag="media.viewed"):
    """A restricted medium was given to somebody's screen; one event per signed address."""

    variant: str
    clearance: str
