"""The parent's side of decoding: gives a file to a caged process range by range, takes renditions back, and outlives whatever it does.

    made = decode(reader, kind)      # Made(renditions, facts) or Failed(code, why)

The decoder never holds a key or a path: it asks for ranges of plain bytes, which are decrypted as it asks. One process per file; what
it may use up is in ``Budget``. The processes come from a nursery that is started at the first use and kept.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import msgspec

from watchfloor.items.media.contracts import Credentials, Print, Provenance
from watchfloor.items.media.decode import wire
from watchfloor.items.media.sniff import Kind
from watchfloor.kernel.errors import MissingExtra, WatchfloorError

_ROOT = Path(__file__).resolve().parents[3]
_START = "import sys; sys.path.insert(0, sys.argv[2]); from watchfloor.items.media.decode import nursery; nursery.main(int(sys.argv[1]))"
_KILLED = 1000
MOST_PRINTS = 4_000  # of one medium
_MESSAGES = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM


class Ranges(Protocol):
    """A file by ranges: ``sealed.Reader`` is one."""

    size: int

    def read_at(self, offset: int, count: int) -> bytes: ...


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost: bytes of memory, seconds of CPU and of waiting, bytes of renditions."""

    memory: int = 1280 * 1024 * 1024
    cpu_seconds: int = 40
    seconds: float = 60.0
    output: int = 48 * 1024 * 1024


class Rendition(msgspec.Struct, frozen=True):
    """A derived still: ``poster``, ``small``, ``veil`` or ``strip``."""

    name: str
    mime: str
    width: int
    height: int
    data: bytes


class Made(msgspec.Struct, frozen=True):
    """What came of a file. ``held`` names what the cage could hold back (see ``decode.cage``), ``read`` the bytes looked at.

    ``prints`` is None where what makes them is not installed.
    """

    renditions: tuple[Rendition, ...]
    facts: dict[str, Any]
    held: tuple[str, ...]
    read: int
    provenance: Provenance = Provenance()
    prints: tuple[Print, ...] | None = None
    turned: tuple[str, ...] = ()  # of a second look: the digits of a picture's eight forms
    checked: Credentials | None = None  # of a check of its content credentials


class Failed(msgspec.Struct, frozen=True):
    """Nothing can be shown of it; ``why`` is a sentence for people."""

    code: str
    why: str


def available(kind: str = "image") -> bool:
    """Whether the extra ``media`` is installed, as far as this kind needs it."""
    needed = ("PIL",) if kind == "image" else ("PIL", "av")
    return all(installed(name) for name in needed)


def decode(
    source: Ranges, kind: Kind, budget: Budget | None = None, *, closely: bool = False, credentials: str | None = None
) -> Made | Failed:
    """Decode one file apart. Raises ``MissingExtra``; everything that is the file's own fault is a ``Failed``.

    ``closely``: of a picture only its exact hashes, no renditions (``items.media.closely`` asks so). ``credentials``: only what its content
    credentials are worth by the certificates in this file, "" for none (``items.media.credentials`` asks so).
    """
    if not available(kind.kind):
        raise MissingExtra("media", "Decoding pictures and video")
    budget = budget or Budget()
    plan = {
        "kind": kind.kind, "decoder": kind.decoder, "size": source.size, "memory": budget.memory, "seconds": budget.cpu_seconds,
        "closely": closely, "credentials": credentials, "mime": kind.mime,
    }  # fmt: skip
    ours, theirs = socket.socketpair()
    with ours:
        pid = _nursery.begin(plan, theirs)
        made: Made | Failed | None = None
        patience = 2.0
        try:
            made = _serve(ours, source, budget)
        except TimeoutError:
            patience = 0.0
            made = Failed("too_slow", f"It took longer than {budget.seconds:g} s to open, and was stopped.")
        except wire.Broken:
            pass  # it died: its exit code tells how
        finally:
            ours.close()
            code = _nursery.end(pid, patience)
    return made if made is not None else _died(code, budget)


def isolation() -> tuple[str, ...]:
    """What the cage holds back on this system besides the limits, found by opening one pixel. Raises ``MissingExtra``."""
    made = decode(_Pixel(), Kind("image", "image/gif", "GIF"))
    return made.held if isinstance(made, Made) else ()


class _Pixel:
    """The smallest GIF."""

    data = b"GIF87a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    size = len(data)

    def read_at(self, offset: int, count: int) -> bytes:
        return self.data[offset : offset + count]


def _serve(line: socket.socket, source: Ranges, budget: Budget) -> Made | Failed:
    until = time.monotonic() + budget.seconds
    renditions: dict[str, Rendition] = {}
    left = budget.output
    while True:
        line.settimeout(max(0.001, until - time.monotonic()))
        try:
            letter, body = wire.receive(line)
            if letter == b"R":
                offset, count = wire.RANGE.unpack(body)
                wire.send(line, b"D", source.read_at(offset, min(count, wire.MOST)))
            elif letter == b"O":
                head, data = wire.unpack_rendition(body)
                left -= len(data)
                if left < 0:
                    return Failed("too_large", "What it becomes is larger than a rendition may be.")
                if head["name"] not in {"poster", "small", "strip", "veil"} or head["mime"] != "image/webp":
                    raise wire.Broken("a rendition nobody asked for")
                renditions[head["name"]] = msgspec.convert(head | {"data": data}, Rendition)
            elif letter == b"E":
                return _done(json.loads(body), renditions)
            else:
                raise wire.Broken(f"a frame {letter!r}")
        except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as problem:
            if isinstance(problem, TimeoutError):
                raise
            raise wire.Broken(str(problem)) from None


def _done(report: dict[str, Any], renditions: dict[str, Rendition]) -> Made | Failed:
    if "error" in report:
        return Failed(str(report["error"])[:40], str(report["why"])[:300])
    held = tuple(str(each) for each in report.pop("held", ()))
    read, found = int(report.pop("read", 0)), report.pop("prints", None)
    said, turned = _provenance(report.pop("provenance", {})), _turned(report.pop("turned", []))
    checked = _checked(report.pop("checked", None))
    return Made(
        tuple(renditions.values()), report, held, read, said, None if found is None else _prints(found), turned, checked
    )


def _checked(found: dict[str, Any] | None) -> Credentials | None:
    """What a check came to, in bounds."""
    if found is None:
        return None
    made = msgspec.convert(found, Credentials)
    if len(made.problems) > 40 or any(len(name) > 300 for name in (made.signer, made.signed_at, *made.problems)):
        raise ValueError("more than a check can find")
    return made


def _turned(found: list[list[Any]]) -> tuple[str, ...]:
    """A picture's eight forms, or none: checked as prints are."""
    if len(found) not in (0, 8):
        raise ValueError("not eight forms")
    return tuple(each.hex for each in _prints([["pdq", False, 0.0, digits, quality] for digits, quality in found]))


def _provenance(found: dict[str, Any]) -> Provenance:
    """What the decoder says the file says, in bounds."""
    made = msgspec.convert(found, Provenance)
    names = (
        made.source_type,
        made.generator,
        made.signer,
        *(text for each in made.actions for text in msgspec.structs.astuple(each)),
    )
    if made.checked is not None:
        raise ValueError("whoever only read it has checked nothing")
    if len(made.actions) > 40 or any(len(name) > 300 for name in names) or made.ingredients > 10_000:
        raise ValueError("more provenance than there can be")
    return made


def _prints(found: list[list[Any]]) -> tuple[Print, ...]:
    """What the decoder says are fingerprints, as far as they can be: it read somebody's file, so it may say anything."""
    if len(found) > MOST_PRINTS:
        raise ValueError("too many prints")
    made = []
    for kind, inner, seconds, digits, quality in found:
        if kind not in ("pdq", "frame") or not isinstance(inner, bool) or len(digits) != 64:
            raise ValueError("no print")
        if not (isinstance(quality, int) and 0 <= quality <= 100 and 0 <= float(seconds) < 366 * 86_400):
            raise ValueError("a print that cannot be")
        made.append(Print(kind=kind, bits=bytes.fromhex(digits), quality=quality, seconds=float(seconds), inner=inner))
    return tuple(made)


def _died(code: int, budget: Budget) -> Failed:
    if code == 3:
        return Failed(
            "too_much_memory",
            f"It needs more than {budget.memory // 1_048_576:,} MB of memory to open, and was stopped.",
        )
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Failed("too_slow", f"It needs more than {budget.cpu_seconds} s of computing to open, and was stopped.")
    how = signal.Signals(-code).name if -65 < code < 0 else f"code {code}"
    return Failed("crashed", f"The decoder died of this file ({how}); nothing else was harmed.")


class _Nursery:
    """Keeps one nursery running; threads take turns on its line, never while a file is decoded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def begin(self, plan: dict[str, Any], theirs: socket.socket) -> int:
        """Fork a decoder that serves ``theirs`` (closed here); its process id."""
        with theirs, self._lock:
            for attempt in (1, 2):
                try:
                    line = self._running()
                    socket.send_fds(line, [json.dumps({"plan": plan}).encode()], [theirs.fileno()])
                    return int(self._answer(line)["pid"])
                except (OSError, wire.Broken):
                    self._stop()
                    if attempt == 2:
                        raise WatchfloorError(
                            "no_decoder",
                            "The process that decodes media does not start.",
                            hint="watchfloor doctor tells more.",
                        ) from None
        raise AssertionError("unreachable")

    def end(self, pid: int, patience: float) -> int:
        """The decoder is dead when this returns; its exit code (minus a signal)."""
        with self._lock:
            try:
                assert self._line is not None
                self._line.send(json.dumps({"end": pid, "patience": patience}).encode())
                return int(self._answer(self._line)["code"])
            except (OSError, wire.Broken, KeyError, AssertionError):
                self._stop()
                return _KILLED

    def close(self) -> None:
        """End it; the next decoding starts another."""
        with self._lock:
            self._stop()

    def _running(self) -> socket.socket:
        if self._line is not None and self._owner == os.getpid():
            return self._line
        ours, theirs = socket.socketpair(socket.AF_UNIX, _MESSAGES)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own code
                [sys.executable, "-I", "-c", _START, str(theirs.fileno()), str(_ROOT)],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}, start_new_session=True,
            )  # fmt: skip
        ours.settimeout(30)
        self._line, self._owner = ours, os.getpid()
        if not self._answer(ours).get("ready"):
            raise wire.Broken("not ready")
        return ours

    def _answer(self, line: socket.socket) -> dict[str, Any]:
        message = line.recv(65536)
        if not message:
            raise wire.Broken("the nursery ended")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._line = self._process = None


_nursery = _Nursery()


def close() -> None:
    """End the nursery of this process."""
    _nursery.close()


@cache
def installed(name: str) -> bool:
    """Whether a package can be imported, without doing so."""
    return importlib.util.find_spec(name) is not None
