"""``/h/hash``: a file that is uploaded, or fetched without being led astray, becomes hashes; it is opened in the decoding cage only."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from typing import Any, BinaryIO

from django.http import HttpRequest

from watchfloor.detection.exchanges.hma import signals
from watchfloor.detection.exchanges.hma.answers import Abort, needed
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.identity.domain import Actor
from watchfloor.items.media import decoding, fetch
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.options import options
from watchfloor.items.media.sniff import HEAD, sniff

LARGEST = 100 * 1024 * 1024  # HMA's own limit
_PART = 1 << 20


class Ranges:
    """An open file by ranges, as the cage asks for it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    def read_at(self, offset: int, count: int) -> bytes:
        """Some bytes."""
        self._file.seek(offset)
        return self._file.read(count)


def hash_get(actor: Actor, request: HttpRequest) -> dict[str, str]:
    """GET: ``url``, perhaps ``content_type`` and ``types``."""
    (url,) = needed(request, "url")
    return of_url(url, request.GET.get("content_type"), request.GET.get("types"))


def hash_post(actor: Actor, request: HttpRequest) -> dict[str, str]:
    """POST: one file; its field is named ``photo`` or ``video``."""
    return of_upload(request)


def of_url(url: str, content: str | None, types: str | None) -> dict[str, str]:
    """The hashes of what lies at an address. Aborts as HMA does."""
    if content:
        signals.types_for(content, types)
    setting = options()
    if setting.fetch == "off":
        raise Abort(403, "Fetching is turned off (WATCHFLOOR_MEDIA_FETCH).")
    limits = fetch.Limits(bytes=LARGEST, seconds=60.0, hosts=setting.hosts, listed_only=setting.fetch == "listed")
    with tempfile.TemporaryFile() as file:

        def take(part: bytes) -> None:
            file.write(part)

        try:
            asyncio.run(fetch.fetch(url, take, limits))
        except fetch.Refused as refused:
            if refused.code == "too_large":
                raise Abort(413, "Content too large") from None
            raise Abort(400, f"Invalid or unsafe URL provided: {refused.why}") from None
        except fetch.NotNow as problem:
            raise Abort(400, f"Failed to fetch URL: {problem}") from None
        return _hashed(file, content or _kind_of(file), types)


def of_upload(request: HttpRequest) -> dict[str, str]:
    """The hashes of an uploaded file. Aborts as HMA does."""
    if not request.FILES:
        raise Abort(400, "Missing multipart/form-data file upload")
    lists = [request.FILES.getlist(name) for name in request.FILES]
    if len(lists) > 1 or len(lists[0]) > 1:
        raise Abort(400, "Only one file allowed per request")
    content, upload = next(iter(request.FILES)), lists[0][0]
    signals.types_for(content, request.GET.get("types"))
    if (upload.size or 0) > LARGEST:
        raise Abort(413, "Content too large")
    with tempfile.TemporaryFile() as file:
        for part in upload.chunks(_PART):
            file.write(part)
        return _hashed(file, content, request.GET.get("types"))


def _kind_of(file: BinaryIO) -> str:
    """What was fetched, by its first bytes: the word of its server is not asked."""
    file.seek(0)
    kind = sniff(file.read(HEAD))
    if kind is None or kind.kind not in ("image", "video"):
        raise Abort(400, "unsupported url ContentType: the file is neither a picture nor a video we know, "
                         "if you know the expected type, provide it with the content_type query param")  # fmt: skip
    return "photo" if kind.kind == "image" else "video"


def _hashed(file: BinaryIO, content: str, types: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in signals.types_for(content, types):
        found[name] = _pdq(file) if name == "pdq" else _md5(file)
    return found


def _md5(file: BinaryIO) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    file.seek(0)
    while part := file.read(_PART):
        digest.update(part)
    return digest.hexdigest()


def _pdq(file: BinaryIO) -> str:
    """The PDQ of a picture; empty, as in HMA, when its quality is too low to be told from others."""
    reader = Ranges(file)
    kind = sniff(reader.read_at(0, HEAD))
    if kind is None or kind.kind != "image":
        raise Abort(400, "The file is no picture we know.")
    made: Any = decoding.decode(reader, kind, options().budget())
    if not isinstance(made, Made):
        raise Abort(400, made.why)
    for each in made.prints or ():
        if each.kind == "pdq" and not each.inner:
            return each.hex if each.quality >= ENOUGH else ""
    return ""
