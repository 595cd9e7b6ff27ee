"""JSON: what became of a medium that was sent."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.items.media.access import may_see
from watchfloor.items.media.actions import by_id
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import decode, encode

router = Router(tags=["items"])


class MediumOut(Schema):
    """A medium. ``state``: fetching, decoding, ready, refused (``why`` says the reason), gone. ``same_as`` bytes: the id may differ
    from the one asked for, when the same file had come before. ``duration_s`` is null for stills."""

    id: str
    state: str
    why: str
    kind: str
    mime: str
    bytes: int
    sha256: str
    width: int
    height: int
    duration_s: float | None


@router.get("/media/{media_id}", response=MediumOut, summary="What became of a medium", operation_id="medium")
def medium(request: HttpRequest, media_id: str) -> MediumOut:
    """Needs ``media.submit`` or ``item.read``; a restricted one is not found without its clearance."""
    actor = needs(request, "media.submit", "item.read")
    media = by_id(decode("med", media_id))
    if media is None or (media.clearance and not may_see(actor, media.clearance)):
        raise NotFound("no_medium", "There is no such medium.")
    return MediumOut(
        id=encode("med", media.pk), state=media.state, why=media.why, kind=media.kind, mime=media.mime, bytes=media.bytes,
        sha256=media.sha256, width=media.width, height=media.height,
        duration_s=None if media.duration_ms is None else media.duration_ms / 1000,
    )  # fmt: skip
