"""Run a command in a user namespace that shows root as another account: ``pglower.py UID GID COMMAND ...``.

A script of its own (started with ``python -I -S``), because a process enters a namespace for itself and the rest of
Watchfloor must stay outside. Linux only; it fails where the kernel or the container forbids namespaces.
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000  # linux/sched.h


def main() -> None:
    uid, gid, *command = sys.argv[1:]
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        code = ctypes.get_errno()
        raise SystemExit(f"user namespaces are not available: {os.strerror(code)}")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outside_uid} 1"),
        ("gid_map", f"{gid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    os.execv(command[0], command)  # noqa: S606  the new program loses every capability, as its uid is not 0


if __name__ == "__main__":
    main()
