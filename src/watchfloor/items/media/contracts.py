"""What pages get of an item's media: addresses that live two minutes, and what may be said before any pixel is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["image", "video", "audio"]
State = Literal["fetching", "decoding", "ready", "refused", "gone", "missing_extra"]


class Mark(msgspec.Struct, frozen=True):
    """A place on the timeline worth looking at (where a bank matched, where somebody reported): seconds from the start, and why."""

    at_s: float
    label: str
    kind: str = ""  # match | report | note ...


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """One medium of an item version as a viewer shows it.

    The addresses are on the media origin, signed for one actor and one rendition, and end after two minutes: ask again for
    new ones. Each is ``""`` where there is no such rendition. Restricted media have no small renditions at all: ``small_url`` and
    ``strip_url`` are empty, a restricted video has no poster either.

    Attributes:
        poster_url: the large still (at most 1600 px, re-encoded, upright, without metadata): the whole picture, or a frame of the video.
        small_url: the same, at most 320 px.
        strip_url: ``frames`` equal tiles (at most 320 px) side by side in one image, evenly spread over the time; shown at ``frame_times``.
        play_url: the video or sound itself; answers range requests.
        width, height: of the medium itself, upright; 0 where unknown. duration_s: None for stills.
        state: ``ready``; else ``why`` says in a sentence what is the matter, and there are no addresses.
        field: the field of the item that carries it. alt: the words that came with it; not ours, and not checked.
    """

    kind: Kind
    id: str  # med_...
    poster_url: str = ""
    small_url: str = ""
    strip_url: str = ""
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


class Viewed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was given a rendition: told to every function registered by ``items.media.watchers.on_view``."""

    media_id: str  # med_...
    variant: str  # poster | small | strip | play
    actor: str  # user:...
    clearance: str  # "" when not restricted
    method: str  # GET | HEAD
    item_version: str = ""
