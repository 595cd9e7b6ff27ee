"""How bytes are encrypted at rest: chunks of AES-256-GCM that can be read from anywhere, and keys wrapped by the installation's.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as age and Tink use it: each file has a key of its own, derived by
HKDF-SHA256 from the medium's data key and 32 random bytes at its head; a chunk's nonce is its number, with one bit for "this is the
last". So a chunk that is changed, moved, taken from another file or left off the end is refused.
A medium is erased by dropping its data key: what is on disk, and in any copy of the disk, is noise from then on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchfloor.kernel.errors import WatchfloorError

MAGIC = b"WFM1"
CHUNK = 256 * 1024  # of plain bytes; each becomes 16 longer
TAG = 16
SALT = 32
HEAD = len(MAGIC) + SALT


class Damaged(WatchfloorError):
    """What is stored is not what was written."""

    status = 500

    def __init__(self, why: str) -> None:
        super().__init__(
            "media_damaged", f"The stored file was changed or cut: {why}.", hint="Restore it from a backup."
        )


class Sink(Protocol):
    """Where sealed bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Where sealed bytes come from; ``size`` in bytes."""

    size: int

    def read_at(self, offset: int, count: int) -> bytes: ...


def installation_key(secret: str) -> bytes:
    """The 32-byte key that wraps data keys, from the installation's secret."""
    return _derive(secret.encode(), b"", b"watchfloor media: key of keys")


def ring(secrets: Sequence[str], prefix: str = "") -> tuple[bytes, ...]:
    """The keys of a file in ``keys``: the first seals; while it is being replaced the ones before it still open."""
    return tuple(installation_key(prefix + each) for each in secrets)


def new_key() -> bytes:
    """A data key for one medium."""
    return AESGCM.generate_key(256)


def wrap(master: bytes, key: bytes, label: str) -> bytes:
    """The data key as it may be stored; ``label`` (the medium's id) is bound to it."""
    nonce = os.urandom(12)
    return nonce + AESGCM(master).encrypt(nonce, key, label.encode())


def unwrap(master: bytes | Sequence[bytes], wrapped: bytes, label: str) -> bytes:
    """The data key again, by the first of these keys that opens it. Raises ``Damaged`` for another medium's, or another installation's."""
    for key in (master,) if isinstance(master, bytes) else master:
        try:
            return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], label.encode())
        except (InvalidTag, ValueError):
            continue
    raise Damaged("its key does not open, the installation's media.key is another")


class Writer:
    """Seals what is written to it, one chunk in memory. ``label`` names medium and rendition; a file opens under it alone."""

    def __init__(self, out: Sink, key: bytes, label: str) -> None:
        salt = os.urandom(SALT)
        self._cipher, self._out = AESGCM(_derive(key, salt, label.encode())), out
        self._waiting = bytearray()
        self._number = 0
        self.size = 0
        out.write(MAGIC + salt)

    def write(self, data: bytes) -> None:
        """Any number of bytes at a time."""
        self._waiting += data
        self.size += len(data)
        while (
            len(self._waiting) > CHUNK
        ):  # the last one, even if full, waits: only ``finish`` knows that it is the last
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        """Seal the rest."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1


class Reader:
    """The plain bytes of a sealed file, from anywhere in it. Raises ``Damaged`` for what was tampered with.

    The last chunk is opened at once, so that a file with its end cut off is never half believed. Keeps the chunk it read last;
    not shared between threads.
    """

    def __init__(self, source: Source, key: bytes, label: str) -> None:
        self._source = source
        head = source.read_at(0, HEAD)
        if len(head) < HEAD or head[: len(MAGIC)] != MAGIC:
            raise Damaged("its head is missing")
        self._cipher = AESGCM(_derive(key, head[len(MAGIC) :], label.encode()))
        body = source.size - HEAD
        self._chunks = -(-body // (CHUNK + TAG))
        self.size = body - self._chunks * TAG
        if self._chunks < 1 or self.size < 0:
            raise Damaged("its end is missing")
        self._kept = (-1, b"")
        self._chunk(self._chunks - 1)

    def read_at(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset``; fewer only at the end."""
        end = min(offset + count, self.size)
        parts = []
        while offset < end:
            number, start = divmod(offset, CHUNK)
            part = self._chunk(number)[start : start + end - offset]
            parts.append(part)
            offset += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _chunk(self, number: int) -> bytes:
        if self._kept[0] != number:
            sealed = self._source.read_at(HEAD + number * (CHUNK + TAG), CHUNK + TAG)
            try:
                plain = self._cipher.decrypt(_nonce(number, number == self._chunks - 1), sealed, None)
            except (InvalidTag, ValueError):
                raise Damaged(f"chunk {number + 1} of {self._chunks} is not genuine") from None
            self._kept = (number, plain)
        return self._kept[1]


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt or None, info).derive(secret)
