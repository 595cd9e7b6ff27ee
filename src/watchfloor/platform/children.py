"""No orphans: a child process ends when its parent does, even when the parent was killed with -9 and could tell nobody.

Two uses, both on the child's side, so that nothing has to run between fork and exec:

* as a program, ``children.py PARENT_PID COMMAND ...``: bind to the parent, then become COMMAND. Linux keeps the binding
  across ``exec`` (``prctl(2)``, PR_SET_PDEATHSIG), so any program can be bound without its knowledge;
* ``die_with_parent()`` inside a Python program: the same, and where the kernel has no such call a thread that watches.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int | None = None, *, grace: float = 10.0) -> None:
    """This process gets SIGTERM when its parent dies, and SIGKILL if it is still there ``grace`` seconds later.

    Args:
        parent: the process that must live; by default the one that is our parent now.
    """
    parent = parent if parent is not None else os.getppid()
    _bind(parent)
    threading.Thread(target=_watch, args=(parent, grace), name="parent-watch", daemon=True).start()


def _bind(parent: int) -> None:
    """Ask the kernel, where it can; leave at once if the parent died before we asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(f"The parent process {parent} is gone.")


def _watch(parent: int, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os.kill(os.getpid(), signal.SIGKILL)


def bound(argv: list[str]) -> list[str]:
    """The command that runs ``argv`` bound to the calling process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def _main() -> None:
    parent, *command = sys.argv[1:]
    _bind(int(parent))
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as problem:
        raise SystemExit(f"{command[0]}: {problem.strerror}") from None


if __name__ == "__main__":
    _main()
