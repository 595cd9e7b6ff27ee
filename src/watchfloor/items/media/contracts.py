"""What pages get of an item's media: addresses that live two minutes, and what may be said before any pixel is shown."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

Kind = Literal["image", "video", "audio"]
State = Literal["fetching", "decoding", "ready", "refused", "gone", "missing_extra"]


class Mark(msgspec.Struct, frozen=True):
    """A place on the timeline worth looking at (where a bank matched, where somebody reported): seconds from the start, and why."""

    at_s: float
    label: str
    kind: str = ""  # match | report | note ...
    end_s: float | None = None  # of a stretch; None for a moment


class Line(msgspec.Struct, frozen=True):
    """Some words that are spoken in a medium, from this second on."""

    at_s: float
    text: str


class Action(msgspec.Struct, frozen=True):
    """A step that a file says was done to it: C2PA's key (``c2pa.edited``), with what, and IPTC's source type of it."""

    action: str
    agent: str = ""
    source_type: str = ""


class Credentials(msgspec.Struct, frozen=True):
    """What the check of a file's content credentials found (``items.media.credentials``). A fact, never a verdict.

    Attributes:
        standing: ``trusted``: signed, unchanged, and the signer is on the list of the house; ``untrusted``: signed and unchanged, by a
            signer who is on no list; ``invalid``: signature or bytes do not hold; ``unreadable``: could not be checked.
        signer: whom the certificate names. signed_at: by a time stamp, ISO 8601; "" where there is none.
        by_ai: whether what was signed says that a trained model made some of it.
        problems: C2PA's codes (``assertion.dataHash.mismatch``), the reason why there was no check.
        checked_at: ISO 8601; a certificate or the list may have changed since.
    """

    standing: Literal["trusted", "untrusted", "invalid", "unreadable"]
    signer: str = ""
    signed_at: str = ""
    by_ai: bool = False
    problems: tuple[str, ...] = ()
    checked_at: str = ""


class Provenance(msgspec.Struct, frozen=True):
    """What a file says of how it was made; as it stands there, but for ``checked``.

    Attributes:
        source_type: IPTC's digital source type from the XMP (``trainedAlgorithmicMedia``: made by AI).
        manifests: of C2PA, in the file; 0 for none. generator: who wrote the active one. signer: whom its certificate names.
        ingredients: how many other files it was made from.
        checked: what the check of its signature found; None where nothing could be checked.
    """

    source_type: str = ""
    manifests: int = 0
    generator: str = ""
    signer: str = ""
    actions: tuple[Action, ...] = ()
    ingredients: int = 0
    checked: Credentials | None = None

    def __bool__(self) -> bool:
        return bool(self.source_type or self.manifests)

    @property
    def by_ai(self) -> bool:
        """Whether it says that some of it was made by a trained model."""
        said = [self.source_type, *(each.source_type for each in self.actions)]
        return any("trainedalgorithmic" in each.lower() for each in said) or bool(self.checked and self.checked.by_ai)


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """One medium of an item version as a viewer shows it.

    The addresses are on the media origin, signed for one actor and one rendition, and end after two minutes: ask again for
    new ones. Each is ``""`` where there is no such rendition. Restricted media have no small renditions at all: ``small_url`` and
    ``strip_url`` are empty, a restricted video has no poster either.

    Attributes:
        poster_url: the large still (at most 1600 px, re-encoded, upright, without metadata): the whole picture, or a frame of the video.
        small_url: the same, at most 320 px.
        strip_url: ``frames`` equal tiles (at most 320 px) side by side in one image, evenly spread over the time; shown at ``frame_times``.
        veil_url: at most 32 px, grey and blurred beyond recognition: for lists of many, where nobody asked to see any.
        play_url: the video or sound itself; answers range requests.
        width, height: of the medium itself, upright; 0 where unknown. duration_s: None for stills.
        marks, words: what others know of it (``items.media.beside``): places in its time, a transcript.
        state: ``ready``; else ``why`` says in a sentence what is the matter, and there are no addresses.
        field: the field of the item that carries it. alt: the words that came with it; not ours, and not checked.
    """

    kind: Kind
    id: str  # med_...
    poster_url: str = ""
    small_url: str = ""
    strip_url: str = ""
    veil_url: str = ""
    frames: int = 0
    play_url: str = ""
    width: int = 0
    height: int = 0
    duration_s: float | None = None
    marks: tuple[Mark, ...] = ()
    alt: str = ""
    frame_times: tuple[float, ...] = ()
    state: State = "ready"
    why: str = ""
    field: str = ""
    mime: str = ""
    animated: bool = False
    restricted: bool = False
    provenance: Provenance = Provenance()
    words: tuple[Line, ...] = ()
    waveform: tuple[int, ...] = ()  # of a sound: 0 to 100, evenly over its time


class Viewed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was given a rendition: told to every function registered by ``items.media.watchers.on_view``."""

    media_id: str  # med_...
    variant: str  # poster | small | strip | veil | play
    actor: str  # user:...
    clearance: str  # "" when not restricted
    method: str  # GET | HEAD
    item_version: str = ""


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """A fingerprint of a medium.

    Attributes:
        kind: ``pdq`` (of a picture) or ``frame`` (of a video or moving picture, at ``seconds``).
        bits: 32 bytes, in the order of the 64 hexadecimal digits by which a PDQ is written.
        quality: 0 to 100; below 50 it must not be matched (``engines.matching.pdq.ENOUGH``).
        inner: of the picture without the even bars around it, beside the one of the whole.
    """

    kind: Literal["pdq", "frame"]
    bits: bytes
    quality: int
    seconds: float = 0.0
    inner: bool = False

    @property
    def hex(self) -> str:
        """The 64 digits."""
        return self.bits.hex()


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """A medium is ready and has its fingerprints (none, if it is a sound); or (``again``) another item version shows it.

    Attributes:
        kind: ``image``, ``video`` or ``audio``. sha256, md5: of the file's bytes; ``md5`` may be ``""`` on very old media.
        item_version: of ``again`` the one that shows it now; else ``""``, and ``prints.items_of`` names those that do.
    """

    media_id: UUID
    kind: str
    sha256: str
    md5: str
    prints: tuple[Print, ...]
    again: bool = False
    item_version: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An item version that shows a medium."""

    item_id: UUID
    item_version: str
    field: str
    place: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A kept print and whose it is; ``id`` orders rows by when they were made."""

    id: UUID
    media_id: UUID
    day: date
    print: Print
