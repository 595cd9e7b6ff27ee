"""Locks the calling process up before it sees a byte of somebody's file: what it cannot need it cannot do.

* limits (``setrlimit``): memory, CPU seconds, no files written, few descriptors, no core dump;
* no network: a network namespace of its own with nothing in it (``unshare``), where the kernel lets it;
* a system-call filter (seccomp): no file is opened, no socket made, no program started, no process forked, no signal sent to others;
  of calls that are not named here none works. Linux on x86-64 and arm64.

``lock`` says what holds; elsewhere (macOS) only the limits do. Numbers: linux/seccomp.h, linux/filter.h, the kernel's syscall tables.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import struct
import sys

NOBODY = 65534  # an account without rights
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_SET_DUMPABLE = 38, 22, 4
_SECCOMP_MODE_FILTER = 2
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_THREAD = 0x10000000, 0x40000000, 0x00010000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, RET|K

# What Python, Pillow and FFmpeg need to compute, wait, get memory and talk over a socket they already hold: (x86-64, arm64) numbers.
_NEEDED: dict[str, tuple[int, int]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124),
    "mremap": (25, 216), "madvise": (28, 233), "nanosleep": (35, 101), "getpid": (39, 172), "sendto": (44, 206),
    "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212), "exit": (60, 93), "getrusage": (98, 165),
    "sysinfo": (99, 179), "times": (100, 153), "sigaltstack": (131, 132), "gettid": (186, 178), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "exit_group": (231, 94), "set_robust_list": (273, 99), "restart_syscall": (219, 128), "ppoll": (271, 73),
    "getrandom": (318, 278), "membarrier": (324, 283), "rseq": (334, 293), "gettimeofday": (96, 169),
}  # fmt: skip
_X86_ONLY = {"poll": 7, "arch_prctl": 158, "time": 201}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_ARCHES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


def limit(*, memory: int, seconds: int) -> None:
    """Bytes of address space on top of what the process has now; CPU seconds; no files, few descriptors."""
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit on the address space
        resource.setrlimit(resource.RLIMIT_AS, (_has_now() + memory,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drop_root() -> None:
    """Root's rights are of no use to whoever opens files of strangers."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)


def lock() -> list[str]:
    """Take away network and system calls; returns what holds: ``no network``, ``system-call filter``. Never raises."""
    held: list[str] = []
    if sys.platform != "linux":
        return held
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        held.append("no network")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and _filter(libc):
        held.append("system-call filter")
    return held


def _filter(libc: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in _ARCHES:
        return False
    arch, column = _ARCHES[machine]
    program = _program(arch, column)
    count = len(program) // 8
    buffer = ctypes.create_string_buffer(program, len(program))
    fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(buffer)))
    return int(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, fprog, 0, 0)) == 0


def _program(arch: int, column: int) -> bytes:
    """Classic BPF over ``struct seccomp_data`` (nr at 0, arch at 4, arguments from 16)."""
    numbers = sorted(pair[column] for pair in _NEEDED.values())
    if column == 0:
        numbers = sorted([*numbers, *_X86_ONLY.values()])
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),  # another machine's numbers: nobody means well who uses them
        (_LOAD, 0, 0, 0),
    ]
    for number in numbers:
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    # Threads may be made, processes not: clone needs CLONE_THREAD; of clone3, whose flags lie in memory, glibc does without.
    code += [
        (_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
    ]  # fmt: skip
    return b"".join(struct.pack("HBBI", *each) for each in code)


def _has_now() -> int:
    """Bytes of address space this process has (Linux); 0 where it cannot be read."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
