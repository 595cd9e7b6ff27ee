"""An index of 256-bit hashes that changes while it is asked: in memory, or in a folder that survives a kill and that processes share.

A folder holds one mapped snapshot (``segment``) and journals of what came since; ``manifest.json`` names them and is replaced as a whole.
One process writes; others ``refresh`` and see what it wrote at once. ``compact`` makes a new snapshot while both go on.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index import journal
from watchfloor.engines.matching.index.segment import Segment, build, load, save
from watchfloor.engines.matching.index.state import Matches, State
from watchfloor.engines.matching.pdq import RADIUS
from watchfloor.kernel.errors import BadInput, Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchfloor.engines.matching.arrays import Ids, Rows

_MANIFEST = "manifest.json"
_FORMAT = 1


class HashIndex:
    """Hashes by whole numbers as ids.

    ``HashIndex()`` lives in memory. ``HashIndex(folder)`` is durable: what ``add`` and ``delete`` return from is on disk. With
    ``read_only`` it follows the folder that another process writes.

    Raises:
        Conflict: another process writes to this folder.
        BadInput: the folder is of a newer format.
        MissingExtra: numpy is not installed.
    """

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        self._folder, self._read_only = folder, read_only
        self._writing = threading.Lock()
        self._compacting = threading.Lock()
        self._since: list[Any] | None = None  # records that came while a snapshot is made
        self._guard: BinaryIO | None = None
        self._seen: tuple[int, int] | None = None
        self._journals: list[str] = []
        self._segments: list[str] = []
        self._at = 0  # how far the last journal was read
        self._state = State()
        if folder is not None:
            if not read_only:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock(folder)
            self._open(folder)

    def __len__(self) -> int:
        return len(self._state)

    def add(self, ids: Ids | Sequence[int], rows: Rows) -> None:
        """Hashes (n x 4 words) under these ids; an id that was there before is replaced. Counts as soon as it returns."""
        np = numpy()
        self._change(journal.records(np.asarray(ids, dtype=np.int64), np.asarray(rows, dtype=np.uint64).reshape(-1, 4)))

    def delete(self, ids: Ids | Sequence[int]) -> int:
        """Take ids away, at once; returns how many of them were there."""
        np = numpy()
        named = np.unique(np.asarray(ids, dtype=np.int64))
        there = int(self._state.holds(named).sum())
        self._change(journal.records(named, None))
        return there

    def search(self, rows: Rows, radius: int = RADIUS) -> Matches:
        """Every hash within ``radius`` bits of each of these; many questions at once are cheaper than one by one."""
        np = numpy()
        return self._state.search(np.ascontiguousarray(rows, dtype=np.uint64).reshape(-1, 4), radius)

    def living(self) -> tuple[Ids, Rows]:
        """All ids and their hashes."""
        return self._state.living()

    def refresh(self) -> bool:
        """See what the writing process did since; whether there was anything. Costs two looks at files when there was nothing."""
        if self._folder is None or not self._read_only:
            return False
        with self._writing:
            if _stamp(self._folder) != self._seen:
                self._open(self._folder)
                return True
            made, self._at = journal.read(self._folder / self._journals[-1], self._at) if self._journals else ([], 0)
            self._state.apply(made)
            return len(made) > 0

    def compact(self) -> None:
        """Put everything into one segment and, with a folder, make it the snapshot. Others go on asking, adding and taking away."""
        with self._compacting:
            with self._writing:
                self._since = []
                old = self._state
                ids, rows = old.living()
                if self._folder is not None:
                    self._journals.append(f"journal-{self._next():06d}")
                    self._write_manifest(self._folder)
            try:
                made = build(ids, rows)
                if self._folder is None:
                    self._swap([made])
                else:
                    self._replace(self._folder, made)
            finally:
                self._since = None

    def close(self) -> None:
        """Let another process write. The index can no longer be used."""
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def __enter__(self) -> HashIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _change(self, made: Any) -> None:
        if self._read_only:
            raise Conflict("read_only", "This index was opened for reading only.")
        with self._writing:
            if self._folder is not None:
                journal.append(self._folder / self._journals[-1], made)
            self._state.apply(made)
            if self._since is not None:
                self._since.append(made)

    def _swap(self, segments: list[Segment]) -> None:
        """A new state of these segments and what came meanwhile."""
        with self._writing:
            state = State(segments)
            for made in self._since or []:
                state.apply(made)
            self._state = state

    def _replace(self, folder: Path, made: Segment) -> None:
        name = f"segment-{self._next():06d}"
        save(made, folder / name)
        old = (self._segments, self._journals[:-1])
        with self._writing:
            self._segments, self._journals = [name], self._journals[-1:]
            self._write_manifest(folder)
        self._swap([load(folder / name)])
        for each in old[0]:
            shutil.rmtree(folder / each, ignore_errors=True)
        for each in old[1]:
            (folder / each).unlink(missing_ok=True)

    def _open(self, folder: Path) -> None:
        for _ in range(20):  # a snapshot may be replaced between the manifest and its files
            self._seen = _stamp(folder)
            try:
                self._read(folder)
                return
            except FileNotFoundError:
                if not self._read_only or _stamp(folder) == self._seen:
                    raise
        raise Conflict("busy", f"The index in {folder} changes faster than it can be opened.")

    def _read(self, folder: Path) -> None:
        manifest = _manifest(folder)
        self._segments, self._journals = list(manifest["segments"]), list(manifest["journals"])
        state = State([load(folder / name) for name in self._segments])
        for name in self._journals:
            made, self._at = journal.read(folder / name)
            state.apply(made)
            if not self._read_only:
                journal.mend(folder / name, self._at)
        self._state = state
        if not self._journals and not self._read_only:
            self._journals = [f"journal-{self._next():06d}"]
            self._write_manifest(folder)
        if not self._read_only:
            self._tidy(folder)

    def _tidy(self, folder: Path) -> None:
        """What a process that died left behind and no manifest names."""
        known = {*self._segments, *self._journals}
        for path in folder.iterdir():
            if path.name.startswith("segment-") and path.name not in known:
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith("journal-") and path.name not in known:
                path.unlink(missing_ok=True)

    def _next(self) -> int:
        numbers = [int(name.rpartition("-")[2]) for name in (*self._segments, *self._journals)]
        return max(numbers, default=0) + 1

    def _write_manifest(self, folder: Path) -> None:
        text = json.dumps({"format": _FORMAT, "segments": self._segments, "journals": self._journals})
        fresh = folder / (_MANIFEST + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / _MANIFEST)
        with contextlib.suppress(OSError):  # a folder cannot be synced everywhere
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._seen = _stamp(folder)

    def _lock(self, folder: Path) -> None:
        self._guard = (folder / "writer.lock").open("ab")
        try:
            import fcntl
        except ImportError:  # no such locks on this system
            return
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._guard.close()
            raise Conflict("index_in_use", f"Another process writes to the index in {folder}.") from None


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    if not path.exists():
        return {"format": _FORMAT, "segments": [], "journals": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found["format"] != _FORMAT:
        raise BadInput(
            "index_format", f"The index in {folder} has format {found['format']}; this version reads {_FORMAT}."
        )
    return found


def _stamp(folder: Path) -> tuple[int, int] | None:
    """Changes whenever the manifest is replaced."""
    try:
        seen = (folder / _MANIFEST).stat()
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_mtime_ns
