"""The parent's side of a caged child that reads one stream: hands it bytes when it asks, takes stills back, and outlives it.

The child is asked for nothing it cannot prove: sizes are checked, and one that takes bytes and then says nothing for too long is killed.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from watchfloor.detection.streams.reading import messages
from watchfloor.detection.streams.reading.messages import COUNT, Picture
from watchfloor.items.media.decode import wire
from watchfloor.kernel.errors import MissingExtra

_ROOT = Path(__file__).resolve().parents[4]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from watchfloor.detection.streams.reading import child; "
    "child.main(*(int(each) for each in sys.argv[1:4]))"
)
START_S = 60.0  # seconds a busy machine may take to load the libraries


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What a child may cost: bytes of memory, seconds of CPU in all, and seconds in which it may think about what it was given."""

    memory: int = 768 * 1024 * 1024
    cpu_seconds: int = 3600
    think_seconds: float = 20.0


class Died(Exception):
    """The child is gone; ``code`` for programs, the text for people. ``spent``: it had only used up its time and another may go on."""

    def __init__(self, code: str, why: str, *, spent: bool = False) -> None:
        super().__init__(why)
        self.code, self.why, self.spent = code, why, spent


class Caged:
    """One child. Use as a context; ``held`` names what its cage holds back."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.held: tuple[str, ...] = ()

    def __enter__(self) -> Caged:
        ours, theirs = socket.socketpair()
        numbers = (str(theirs.fileno()), str(self.budget.memory), str(self.budget.cpu_seconds))
        environment = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own code
                [sys.executable, "-I", "-c", _START, str(_ROOT), *numbers],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment, start_new_session=True,
            )  # fmt: skip
        self._line = ours
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def pictures(self, more: Callable[[int], bytes]) -> Iterator[Picture]:
        """Every still the child sees, as it sees it. ``more(count)`` waits for bytes and gives b"" when the stream is over; what it
        raises goes on to the caller.

        Raises:
            Died: of the stream, of its limits, or for saying nothing; or the stream is none.
            MissingExtra: numpy or PyAV is not installed.
        """
        self._line.settimeout(START_S)
        try:
            letter, body = self._receive()
            if letter != b"H":
                raise wire.Broken("it began with something else")
            self.held = tuple(str(each) for each in json.loads(body))
            self._line.settimeout(self.budget.think_seconds)
            while True:
                letter, body = self._receive()
                if letter == b"R":
                    data = more(min(COUNT.unpack(body)[0], wire.MOST))
                    wire.send(self._line, b"D", data)
                elif letter == b"K":
                    yield messages.unpack(body)
                elif letter == b"E":
                    self._end(json.loads(body))
                    return
                else:
                    raise wire.Broken(f"a frame {letter!r}")
        except TimeoutError:
            raise Died("too_slow", f"A piece of it took longer than {self.budget.think_seconds:g} s to read.") from None
        except (wire.Broken, OSError, ValueError, KeyError, TypeError, json.JSONDecodeError):
            raise self._died() from None

    def _receive(self) -> tuple[bytes, bytes]:
        return wire.receive(self._line)

    def _end(self, report: dict[str, Any]) -> None:
        if "error" in report:
            raise Died(str(report["error"])[:40], str(report["why"])[:300])

    def _died(self) -> Died:
        try:
            code = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            return Died("confused", "What reads it said something that makes no sense, and was stopped.")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return Died("spent", f"It had used {self.budget.cpu_seconds:,} s of computing.", spent=True)
        if code == 3:
            return Died(
                "too_much_memory", f"It needs more than {self.budget.memory // 1_048_576:,} MB of memory to read."
            )
        how = signal.Signals(-code).name if -65 < code < 0 else f"code {code}"
        return Died("crashed", f"What reads it died of it ({how}); nothing else was harmed.")


def insist() -> None:
    """Raises ``MissingExtra`` where streams cannot be read at all."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("av", "numpy")):
        raise MissingExtra("media", "Watching live streams")
