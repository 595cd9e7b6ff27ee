"""One at a time across processes, by a lock on a file: the kernel lets go of it however its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfloor.kernel.errors import Conflict


@contextmanager
def locked(path: Path, *, timeout: float) -> Iterator[None]:
    """Hold the lock within the block; threads of one process exclude each other too. The file stays.

    Raises:
        Conflict: someone else held it for ``timeout`` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Conflict("locked", f"Another process has held {path} for {timeout:g} seconds.") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)
