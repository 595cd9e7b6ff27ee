"""What was added and taken away since the last snapshot, one record of 48 bytes each: synced before it counts, read up to a torn end.

A record is (add or take away, id, hash, CRC-32 of the rest), little-endian. A process that dies while writing leaves at most one torn
record, at the end, which was never acknowledged: it is cut off when the index is next opened for writing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from watchfloor.engines.matching.arrays import numpy

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids, Rows

_FIELDS = [("add", "<u4"), ("id", "<i8"), ("row", "<u8", (4,)), ("crc", "<u4")]
SIZE = 48


def records(ids: Ids, rows: Rows | None) -> Any:
    """Records that add these hashes, or take the ids away if there are none."""
    np = numpy()
    made = np.zeros(len(ids), dtype=_FIELDS)
    made["id"] = ids
    if rows is not None:
        made["add"], made["row"] = 1, rows
    return made


def append(path: Path, made: Any) -> int:
    """Write records behind what is there and wait for the disk; returns the new length of the file in bytes."""
    raw = bytearray(made.tobytes())
    for start in range(0, len(raw), SIZE):
        raw[start + SIZE - 4 : start + SIZE] = crc32(raw[start : start + SIZE - 4]).to_bytes(4, "little")
    with path.open("ab") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def read(path: Path, start: int = 0) -> tuple[Any, int]:
    """The whole records from byte ``start`` on, and the byte behind the last one."""
    np = numpy()
    try:
        with path.open("rb") as file:
            file.seek(start)
            raw = file.read()
    except FileNotFoundError:
        raw = b""
    good = 0
    while good + SIZE <= len(raw):
        if crc32(raw[good : good + SIZE - 4]) != int.from_bytes(raw[good + SIZE - 4 : good + SIZE], "little"):
            break
        good += SIZE
    return np.frombuffer(raw[:good], dtype=_FIELDS), start + good


def mend(path: Path, good: int) -> None:
    """Cut off what lies behind the last whole record."""
    if path.exists() and path.stat().st_size > good:
        with path.open("r+b") as file:
            file.truncate(good)
            file.flush()
            os.fsync(file.fileno())
