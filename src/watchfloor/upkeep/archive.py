"""A backup's file: a tar stream of pieces with a digest of each, its last entry says that it is whole; sealed if wished.

A file of any length can be written without knowing its length beforehand (into a pipe as well), because each entry holds at most a piece:
``media/ab/…/original/000000``. What was cut off, or changed by a bit, is refused when it is read.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol, cast

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from watchfloor.items.media import sealed
from watchfloor.kernel.errors import BadInput

PIECE = 4 * 1024 * 1024
SEALED = b"WATCHFLOOR-BACKUP-SEALED-1\n"
BEGIN, END = "watchfloor-backup.json", "end.json"
LABEL = "watchfloor backup"


class Out(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Writer:
    """Files into a stream, one after the other."""

    def __init__(self, out: Out, passphrase: str = "") -> None:
        self._seal: sealed.Writer | None = None
        if passphrase:
            salt = os.urandom(16)
            out.write(SEALED + salt)
            self._seal = sealed.Writer(out, _key(passphrase, salt), LABEL)
        self._pipe = _Pipe(self._seal or out)
        self._tar = tarfile.open(fileobj=cast(IO[bytes], self._pipe), mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._whole = hashlib.sha256()
        self.files = self.bytes = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._pipe.broken = True  # tarfile writes what it holds when it is thrown away

    def document(self, name: str, value: Any) -> None:
        """A small JSON document."""
        self._entry(name, msgspec.json.format(msgspec.json.encode(value), indent=1))

    def file(self, name: str, source: IO[bytes]) -> Iterator[int]:
        """A file as it comes, in pieces; yields the bytes of each as it is written."""
        number = 0
        while (data := _full(source, PIECE)) or not number:
            self._entry(f"{name}/{number:06d}", data)
            number += 1
            yield len(data)
        self.files += 1

    def close(self) -> None:
        """Say that it is whole."""
        self._entry(END, msgspec.json.encode({"files": self.files, "sha256": self._whole.hexdigest()}))
        self._tar.close()
        if self._seal is not None:
            self._seal.finish()

    def _entry(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        entry.pax_headers = {"WATCHFLOOR.sha256": hashlib.sha256(data).hexdigest()}
        self._tar.addfile(entry, io.BytesIO(data))
        self._whole.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        self.bytes += len(data)


def read(path: Path, passphrase: str = "") -> Iterator[tuple[str, int, bytes]]:
    """The pieces of a backup, (name, number, bytes), the first being the document it begins with.

    Raises:
        BadInput: it is no backup, is cut off, was changed, or the passphrase is another.
    """
    with path.open("rb") as file:
        head = file.read(len(SEALED) + 16)
        file.seek(0)
        source: IO[bytes] = file
        if head.startswith(SEALED):
            if not passphrase:
                raise BadInput("needs_passphrase", f"{path} is sealed.", hint="Give --passphrase-file.")
            try:
                blob = _Blob(file, len(SEALED) + 16)
                source = cast(IO[bytes], _Plain(sealed.Reader(blob, _key(passphrase, head[len(SEALED) :]), LABEL)))
            except sealed.Damaged:
                raise damaged(path, "the passphrase is another, or the file is cut off or changed") from None
        try:
            yield from _pieces(source, path)
        except (tarfile.TarError, sealed.Damaged, EOFError) as problem:
            raise damaged(path, str(problem)) from None


def _pieces(source: IO[bytes], path: Path) -> Iterator[tuple[str, int, bytes]]:
    whole, ended = hashlib.sha256(), False
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for entry in tar:
            held = tar.extractfile(entry)
            data = held.read() if held is not None else b""
            if (
                len(data) != entry.size
                or entry.pax_headers.get("WATCHFLOOR.sha256") != hashlib.sha256(data).hexdigest()
            ):
                raise damaged(path, f"{entry.name} is not what was written")
            if entry.name == END:
                if msgspec.json.decode(data)["sha256"] != whole.hexdigest():
                    raise damaged(path, "parts of it are missing")
                ended = True
                continue
            whole.update(entry.name.encode() + b"\0" + hashlib.sha256(data).digest())
            name, _, number = entry.name.rpartition("/")
            yield (name, int(number), data) if name else (entry.name, 0, data)
    if not ended:
        raise damaged(path, "its end is missing")


def damaged(path: Path, why: str) -> BadInput:
    """What is said of a file that must not be trusted."""
    return BadInput(
        "backup_damaged", f"{path} is no whole backup: {why}.", hint="Take another one; nothing was changed."
    )


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def _full(source: IO[bytes], count: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe gives what it has."""
    parts, left = [], count
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class _Pipe:
    """What tarfile wants of a file to write to."""

    def __init__(self, out: Out) -> None:
        self._out, self.broken = out, False

    def write(self, data: bytes) -> int:
        if not self.broken:
            self._out.write(data)
        return len(data)


class _Blob:
    """A file from an offset on, as ``sealed`` reads it."""

    def __init__(self, file: IO[bytes], begin: int) -> None:
        self._file, self._begin = file, begin
        self.size = file.seek(0, os.SEEK_END) - begin

    def read_at(self, offset: int, count: int) -> bytes:
        self._file.seek(self._begin + offset)
        return self._file.read(count)


class _Plain(io.RawIOBase):
    """Sealed bytes, read from the beginning to the end."""

    def __init__(self, reader: sealed.Reader) -> None:
        self._reader, self._at = reader, 0

    def read(self, count: int = -1, /) -> bytes:
        data = self._reader.read_at(self._at, self._reader.size if count < 0 else count)
        self._at += len(data)
        return data
