"""Where sealed files lie: a folder, by default. The interface is this small so that an object store can stand behind it by setting.

Names are ``<medium's id>/<rendition>``; what they hold is noise to whoever reads the disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

from watchfloor.items.media.sealed import Sink, Source
from watchfloor.kernel.errors import NotFound
from watchfloor.platform import config
from watchfloor.platform.durable import whole


class Blob(Source, Protocol):
    """An open file."""

    def close(self) -> None: ...


class Storage(Protocol):
    """What a place must be able to do."""

    def create(self, name: str) -> AbstractContextManager[Sink]:
        """Write a file: wholly there and durable when the block ends, not at all when it fails."""
        ...

    def open(self, name: str) -> Blob:
        """Read one; ``NotFound`` when it is not there."""
        ...

    def remove(self, name: str) -> None:
        """Drop a file, or everything below a name; nothing happens when there is none."""
        ...


class Folder:
    """A folder of the data folder, spread over 256 folders by the id's last two digits (its first ones are a time)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def create(self, name: str) -> Iterator[Sink]:
        """See ``Storage``."""
        with whole(self._path(name)) as path:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as out:
                yield out

    def open(self, name: str) -> Blob:
        """See ``Storage``."""
        try:
            return _File(os.open(self._path(name), os.O_RDONLY))
        except FileNotFoundError:
            raise NotFound("media_lost", "The file of this medium is not where it should be.") from None

    def remove(self, name: str) -> None:
        """See ``Storage``."""
        path = self._path(name)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        medium = name.partition("/")[0]
        return self.root / medium[-2:] / name


class _File:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read_at(self, offset: int, count: int) -> bytes:
        parts = []
        while count > 0 and (part := os.pread(self._descriptor, count, offset)):
            parts.append(part)
            offset, count = offset + len(part), count - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@cache
def storage() -> Storage:
    """The place of this installation."""
    return Folder(config.home() / "media")
