"""Whether something failed because the machine ran out of something: nobody's data are at fault, and the same will work again later."""

from __future__ import annotations

import errno

from watchfloor.kernel.errors import Overloaded

# 53: insufficient resources (disk full, out of memory, too many connections); 58: the system failed (input or output error).
_CLASSES = ("53", "58")
_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO})


def is_shortage(problem: BaseException | None) -> bool:
    """Disk, memory, files or connections ran out, or the disk failed: told by the database or by the system."""
    for _ in range(8):
        if problem is None:
            return False
        state = getattr(problem, "sqlstate", None)
        if isinstance(problem, (MemoryError, Overloaded)) or (isinstance(state, str) and state[:2] in _CLASSES):
            return True
        if isinstance(problem, OSError) and problem.errno in _ERRNOS:
            return True
        problem = problem.__cause__
    return False
