"""A draft: the report as it would be sent, and the files of the account with what is told of each. Pure."""

from __future__ import annotations

import hashlib
from uuid import UUID

import msgspec

from watchfloor.cybertip.domain.report import FileDetails, Report


class FileDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the account. ``details`` has neither report nor file number yet; its two ``viewed`` fields come from the log.

    Attributes:
        media: whose bytes go. case: the case it lies on. item, version: what carries it.
        there: the bytes can be read now. whole: a person says that all of a recording was watched; counts only where the log has it played.
    """

    media: UUID
    case: UUID
    item: UUID
    version: str
    kind: str
    mime: str
    bytes: int
    sha256: str
    details: FileDetails
    included: bool = True
    there: bool = True
    whole: bool = False
    played: bool = False  # by the log


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``withheld``: how many addresses are kept as keyed hashes only, and so cannot be told."""

    report: Report
    files: tuple[FileDraft, ...] = ()
    withheld: int = 0


def encode(draft: Draft) -> bytes:
    """As it is kept."""
    return msgspec.json.encode(draft)


def decode(data: bytes) -> Draft:
    """Again from it."""
    return msgspec.json.decode(data, type=Draft)


def digest(draft: Draft) -> str:
    """SHA-256 over what would leave: what one person prepared and another releases is the same only if this is."""
    sent = msgspec.structs.replace(draft, files=tuple(each for each in draft.files if each.included), withheld=0)
    return hashlib.sha256(encode(sent)).hexdigest()


def frame(draft: Draft) -> str:
    """The same without what the viewing log says: a look between preparing and releasing changes that alone."""

    def bare(file: FileDraft) -> FileDraft:
        details = msgspec.structs.replace(file.details, file_viewed_by_esp=None, exif_viewed_by_esp=None)
        return msgspec.structs.replace(file, details=details, played=False)

    return digest(msgspec.structs.replace(draft, files=tuple(bare(each) for each in draft.files)))
