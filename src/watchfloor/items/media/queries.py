"""Readers of media: what a page shows of an item version, with addresses made for the one who looks."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, cast
from uuid import UUID

import msgspec
from django.conf import settings

from watchfloor.identity.domain import Actor
from watchfloor.items.media import beside, decoding, signed
from watchfloor.items.media.access import may_see
from watchfloor.items.media.contracts import Line, Mark, MediaView, Provenance, State
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel.errors import MissingExtra
from watchfloor.kernel.ids import encode

_WAITING: dict[str, str] = {
    Media.State.FETCHING: "It is being fetched from the platform.",
    Media.State.DECODING: "It is being opened in the sandbox.",
}


def views(item_version: str, actor: Actor) -> list[MediaView]:
    """The media of an item version in the order the item names them, those the actor may see; addresses live two minutes.

    Ask the case (or item) first: here only the clearance of a restricted medium is asked again. No database write, no event: a view
    is told when its address is used.
    """
    links = MediaLink.objects.filter(item_version=item_version).select_related("media", "media__same_as").order_by("id")
    found = [(link, link.media.same_as or link.media) for link in links]
    seen = [(link, media) for link, media in found if may_see(actor, media.clearance)]
    ids = list(dict.fromkeys(media.pk for _, media in seen))
    marks, words = beside.marks_of(ids, item_version), beside.words_of(ids, item_version)
    return [_view(link, media, actor, marks.get(media.pk, ()), words.get(media.pk, ())) for link, media in seen]


def id_of(media_id: UUID) -> str:
    """``med_...``, as views name a medium."""
    return encode("med", media_id)


def _view(link: MediaLink, media: Media, actor: Actor, marks: tuple[Mark, ...], words: tuple[Line, ...]) -> MediaView:
    known: dict[str, Any] = {
        "kind": media.kind or _guess(link.field),
        "id": encode("med", media.pk),
        "alt": link.alt,
        "field": link.field,
        "width": media.width,
        "height": media.height,
        "duration_s": None if media.duration_ms is None else media.duration_ms / 1000,
        "mime": media.mime,
        "restricted": bool(media.clearance),
    }
    if media.state == Media.State.DECODING and not decoding.available(media.kind):
        return MediaView(**known, state="missing_extra", why=missing())
    if media.state != Media.State.READY:
        return MediaView(**known, state=cast(State, str(media.state)), why=media.why or _WAITING.get(media.state, ""))

    def address(variant: str, *, there: bool, longer: float = 0.0) -> str:
        if not there:
            return ""
        return signed.address(
            settings.MEDIA_ORIGIN, known["id"], variant, str(actor), item_version=link.item_version, longer=longer
        )

    times = tuple(media.facts.get("frame_times") or ())
    playable = media.mime in PLAYABLE
    return MediaView(
        **known,
        why=str(media.facts.get("note") or ""),
        animated=bool(media.facts.get("animated")),
        poster_url=address("poster", there="poster" in media.renditions),
        small_url=address("small", there="small" in media.renditions),
        strip_url=address("strip", there="strip" in media.renditions),
        veil_url=address("veil", there="veil" in media.renditions),
        play_url=address("play", there=playable, longer=(media.duration_ms or 0) / 1000),
        marks=marks,
        words=words,
        provenance=msgspec.convert(media.provenance, Provenance),
        waveform=tuple(b64decode(media.facts.get("waveform") or "")),
        frames=len(times) if "strip" in media.renditions else 0,
        frame_times=times if "strip" in media.renditions else (),
    )


# What a browser plays by itself and cannot take for a page. Pictures are never given as they came.
PLAYABLE = frozenset(
    {
        "video/mp4",
        "video/webm",
        "video/ogg",
        "video/quicktime",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
    }
)


def missing() -> str:
    """What to do when the extra is not installed, as a sentence."""
    return f"Pictures and video need a part that is not installed: {MissingExtra('media', 'Media').hint}"


def _guess(field: str) -> str:
    """Until the bytes are here, by the field's name."""
    for kind in ("video", "audio"):
        if kind in field:
            return kind
    return "image"
