"""A process that runs for weeks gives back what it does not use: the system's allocator would keep it, a piece for each of its threads.

A worker runs a hundred loops in threads of their own. The GNU allocator opens up to eight arenas a processor for them, and each keeps the
most that its threads ever held at once; what is freed in the middle of one goes back only when it is asked to. So there are few arenas
here, and once a minute what is free in them is given back. Elsewhere than on the GNU library nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time

_ARENA_MAX = -8  # mallopt(3)
ARENAS = 2
EVERY = 60.0  # seconds between two times that free memory is given back
_started = threading.Event()


def settle() -> bool:
    """Few arenas from now on, and free memory given back each minute; False where the allocator is another. Once in a process."""
    library = _gnu()
    if library is None:
        return False
    if not _started.is_set():
        _started.set()
        library.mallopt(_ARENA_MAX, ARENAS)
        threading.Thread(target=_keep_giving, args=(library,), name="heap", daemon=True).start()
    return True


def _gnu() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None


def _keep_giving(library: ctypes.CDLL) -> None:
    while True:
        time.sleep(EVERY)
        library.malloc_trim(0)
