"""The only writers of media: what becomes of a file, each step one transaction with its event."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from watchfloor.items import holds
from watchfloor.items.media import events, prints, store
from watchfloor.items.media.decoding import Failed, Made
from watchfloor.items.media.models import Media, MediaLink, MediaPrint
from watchfloor.items.media.options import installation_secret
from watchfloor.items.media.store import Incoming
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer

SAME_FOR = timedelta(days=1)  # an address is taken to hold the same file for so long


def named(w: Writer, url: str, field: str, item_version: str, *, source: str = "") -> Media:
    """The medium behind an address: the one of today, else a new one that will be fetched."""
    digest = hmac.new(installation_secret().encode(), url.encode(), hashlib.sha256).hexdigest()
    now = clock.now()
    known = (
        Media.objects.filter(url_hash=digest, noted_at__gt=now - SAME_FOR)
        .select_related("same_as")
        .order_by("-noted_at")
        .first()
    )
    if known is not None and (known.same_as or known).state != Media.State.GONE:
        return known.same_as or known
    media = w.create(
        Media, state=Media.State.FETCHING, url=url, url_hash=digest, source=source, noted_at=now, next_at=now
    )  # fmt: skip
    w.event(events.MediaNamed(field=field), media, item_version=item_version)
    return media


def received(w: Writer, file: Incoming, *, how: str, source: str = "", media: Media | None = None) -> Media:
    """The bytes are here (``file.finish`` was called): a new medium, ``media`` that waited for them, or the one that has them."""
    kind = file.kind
    assert kind is not None
    now = clock.now()
    values: dict[str, Any] = {
        "state": Media.State.DECODING, "sha256": file.sha256, "md5": file.md5, "kind": kind.kind, "mime": kind.mime, "bytes": file.size,
        "key": file.wrapped, "received_at": now, "attempts": 0, "next_at": now, "why": "", "why_code": "",
    }  # fmt: skip
    event = events.MediaReceived(how=how, kind=kind.kind, mime=kind.mime, bytes=file.size)
    made: Media | None = None
    if media is None:
        made = w.create_unless_known(Media, id=file.id, source=source, noted_at=now, **values)
    else:
        try:
            with w.attempt():
                made = w.update(media, **values)
        except IntegrityError:
            media.refresh_from_db()
    if made is not None:
        w.event(event, made)
        return made
    twin = Media.objects.exclude(state=Media.State.GONE).get(sha256=file.sha256)
    transaction.on_commit(file.abandon)
    same = events.MediaReceived(
        how=how, kind=kind.kind, mime=kind.mime, bytes=file.size, same_as=encode("med", twin.pk)
    )
    if media is not None:
        if media.clearance:
            restrict(w, twin, media.clearance)
        links = list(MediaLink.objects.filter(media=media))
        MediaLink.objects.filter(media=media).update(media=twin)
        for link in links:
            link.media = twin
        prints.shown_again(w, links)
        w.update(media, state=Media.State.GONE, same_as=twin, why="It is the same as another.", next_at=None)
        w.event(same, media)
    else:
        w.event(same, twin)
    return twin


def ready(w: Writer, media: Media, made: Made) -> None:
    """Keep the renditions: all, or of a restricted medium the one that is no thumbnail."""
    kept = [
        each
        for each in made.renditions
        if not media.clearance or each.name in allowed(str(made.facts.get("kind", media.kind)))
    ]
    for each in kept:
        store.put(media, each.name, each.data)
    facts = {
        key: made.facts[key] for key in ("frame_times", "note", "animated", "sound", "waveform") if made.facts.get(key)
    }
    seconds = made.facts.get("duration_s")
    said = msgspec.to_builtins(made.provenance) if made.provenance else {}
    w.update(
        media, state=Media.State.READY, provenance=said, why="", why_code="", kind=made.facts.get("kind", media.kind), facts=facts,
        width=int(made.facts.get("width") or 0), height=int(made.facts.get("height") or 0),
        duration_ms=None if seconds is None else round(seconds * 1000), next_at=None,
        renditions={
            each.name: {"mime": each.mime, "bytes": len(each.data), "width": each.width, "height": each.height} for each in kept
        },
    )  # fmt: skip
    w.event(events.MediaReady(renditions=[each.name for each in kept]), media)
    if made.prints is not None:
        prints.keep(w, media, made.prints)


def refuse(w: Writer, media: Media, failed: Failed) -> None:
    """Put it aside with the reason."""
    stage = str(media.state)
    w.update(media, state=Media.State.REFUSED, why=failed.why[:300], why_code=failed.code[:40], next_at=None)
    w.event(events.MediaRefused(code=failed.code[:40], stage=stage), media)


def retry(w: Writer, media: Media) -> None:
    """Try a refused one again: decode it if its bytes are here, else fetch it."""
    if media.state != Media.State.REFUSED:
        raise Conflict("not_refused", "Only a refused medium is tried again.")
    before = str(media.state)
    state = Media.State.DECODING if media.sha256 else Media.State.FETCHING
    w.update(media, state=state, why="", why_code="", attempts=0, next_at=clock.now())
    w.event(events.MediaRetried(from_state=before), media)


def restrict_version(w: Writer, item_version: str, clearance: str) -> int:
    """Everything an item version carries needs this clearance from now on; returns how many media that changed."""
    links = MediaLink.objects.filter(item_version=item_version).select_related("media")
    return sum(restrict(w, link.media, clearance) for link in links)


def restrict(w: Writer, media: Media, clearance: str) -> bool:
    """Only for the cleared from now on, and no thumbnails: small renditions are dropped. True when that is new."""
    media = Media.objects.select_for_update().get(pk=media.pk)
    needed = {each for each in (*media.clearance.split(","), *clearance.split(",")) if each}
    text = ",".join(sorted(needed))
    if text == media.clearance:
        return False
    kept = allowed(media.kind)
    dropped = [each for each in media.renditions if each not in kept]
    w.update(media, clearance=text, renditions={key: value for key, value in media.renditions.items() if key in kept})
    w.event(events.MediaRestricted(clearance=text), media)
    if dropped:
        transaction.on_commit(lambda: store.drop(media.pk, *dropped))
    return True


def erase(w: Writer, media: Media, *, why: str) -> None:
    """Crypto-shred: the key is dropped, so the bytes cannot be read by anybody, here or in a copy of the disk; files go too.

    ``why`` is kept in the ledger. The row stays, so that what pointed to it says "erased". Held evidence is not erased (``Conflict``).
    """
    shown = MediaLink.objects.filter(media=media).values("item_version")
    holds.insist(list(ItemVersion.objects.filter(hash__in=shown).values_list("item_id", flat=True).distinct()))
    size = media.bytes
    w.update(
        media,
        state=Media.State.GONE,
        why="It was erased.",
        why_code="erased",
        renditions={},
        facts={},
        provenance={},
        key=None,
        next_at=None,
    )
    MediaPrint.objects.filter(media=media).delete()
    w.event(events.MediaErased(bytes=size), media, reason=why)
    transaction.on_commit(lambda: store.drop(media.pk))


def allowed(kind: str) -> tuple[str, ...]:
    """The renditions a restricted medium of this kind may have: the large still of a picture, of a video none."""
    return ("poster",) if kind == "image" else ()


def link(item_version: str, field: str, place: int, media: Media, alt: str = "") -> MediaLink:
    """An unsaved link."""
    return MediaLink(item_version=item_version, field=field, place=place, media=media, alt=alt[:500])


def by_id(media_id: UUID) -> Media | None:
    """A medium by our id; the one it turned out to be the same as."""
    found = Media.objects.filter(pk=media_id).select_related("same_as").first()
    return (found.same_as or found) if found is not None else None
