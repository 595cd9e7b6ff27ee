"""Bytes in and out of the store: received in a stream, sealed as they come, read again from anywhere."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import UUID

from watchfloor.items.media import sealed, sniff
from watchfloor.items.media.fetch import Refused, too_large
from watchfloor.items.media.models import Media
from watchfloor.items.media.options import installation_secrets
from watchfloor.items.media.storage import storage
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import new_id

ORIGINAL = "original"


class _Abandoned(Exception):
    """Makes the storage throw an unfinished file away."""


class Incoming:
    """One file on its way in: hashed, looked at and sealed as it comes; a chunk of it is in memory.

    ``write`` raises ``Refused`` when it grows too large or its beginning is of no kind we take. After ``finish`` the file is durable;
    until then ``abandon`` leaves nothing behind.
    """

    def __init__(self, limit: int, id: UUID | None = None) -> None:
        self.id = id or new_id()
        self.limit, self.size = limit, 0
        self.kind: sniff.Kind | None = None
        self.key = sealed.new_key()
        self._hash, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._head = b""
        self._file = storage().create(name(self.id, ORIGINAL))
        self._writer = sealed.Writer(self._file.__enter__(), self.key, label(self.id, ORIGINAL))
        self._open = True

    @property
    def sha256(self) -> str:
        """Of the plain bytes so far, hex."""
        return self._hash.hexdigest()

    @property
    def md5(self) -> str:
        """Likewise; what many exchanges hold of files."""
        return self._md5.hexdigest()

    @property
    def wrapped(self) -> bytes:
        """The data key as a row keeps it."""
        return sealed.wrap(_master()[0], self.key, str(self.id))

    def write(self, data: bytes) -> None:
        """The next bytes."""
        self.size += len(data)
        if self.size > self.limit:
            raise too_large(self.limit)
        if self.kind is None:
            self._head += data[: sniff.HEAD - len(self._head)]
            if len(self._head) == sniff.HEAD:
                self._look()
        self._hash.update(data)
        self._md5.update(data)
        self._writer.write(data)

    def finish(self) -> sniff.Kind:
        """All bytes have come; what they are."""
        kind = self.kind or self._look()
        self._writer.finish()
        self._open = False
        self._file.__exit__(None, None, None)
        return kind

    def abandon(self) -> None:
        """Throw away what came; also after ``finish``."""
        if self._open:
            self._open = False
            with contextlib.suppress(_Abandoned):
                self._file.__exit__(_Abandoned, _Abandoned(), None)
        else:
            storage().remove(str(self.id))

    def _look(self) -> sniff.Kind:
        self.kind = sniff.sniff(self._head)
        if self.kind is None:
            raise Refused("not_media", f"This is {sniff.what(self._head)}; pictures, video and sound are taken.")
        return self.kind


@contextmanager
def opened(media: Media, variant: str) -> Iterator[sealed.Reader]:
    """The plain bytes of a medium's original or of a rendition. ``NotFound`` when it is erased or not there."""
    if media.key is None:
        raise NotFound("media_gone", "This medium was erased.")
    key = sealed.unwrap(_master(), bytes(media.key), str(media.pk))
    blob = storage().open(name(media.pk, variant))
    try:
        yield sealed.Reader(blob, key, label(media.pk, variant))
    finally:
        blob.close()


def put(media: Media, variant: str, data: bytes) -> None:
    """Keep a rendition."""
    assert media.key is not None
    key = sealed.unwrap(_master(), bytes(media.key), str(media.pk))
    with storage().create(name(media.pk, variant)) as out:
        writer = sealed.Writer(out, key, label(media.pk, variant))
        writer.write(data)
        writer.finish()


def drop(media_id: UUID, *variants: str) -> None:
    """Remove renditions; without names everything of the medium."""
    for variant in variants:
        storage().remove(name(media_id, variant))
    if not variants:
        storage().remove(str(media_id))


def name(media_id: UUID, variant: str) -> str:
    """Where a file lies in the storage."""
    return f"{media_id}/{variant}"


def label(media_id: UUID, variant: str) -> str:
    """What a sealed file is bound to."""
    return f"{media_id}/{variant}"


@cache
def _master() -> tuple[bytes, ...]:
    return tuple(sealed.installation_key(each) for each in installation_secrets())
