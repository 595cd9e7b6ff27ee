"""AMF0, the values of RTMP's commands (Adobe's Action Message Format, 2007): what servers send is read, a few kinds are written."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from watchfloor.detection.streams.reading.rtmp.errors import Garbled

MOST = 1_000  # values of one message
DEEPEST = 16
_NUMBER = struct.Struct(">d")
_END = b"\x00\x00\x09"


def write(*values: Any) -> bytes:
    """Numbers, texts, truth values, None and mappings of them, one after the other."""
    return b"".join(map(_one, values))


def read(data: bytes) -> list[Any]:
    """All values of a message. Raises ``Garbled``."""
    reader = _Reader(data)
    found = []
    try:
        while reader.at < len(data):
            found.append(reader.value(0))
    except (struct.error, IndexError):
        raise Garbled("half a value") from None
    return found


def _one(value: Any) -> bytes:
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + _NUMBER.pack(value)
    if isinstance(value, str):
        return b"\x02" + _text(value)
    if isinstance(value, Mapping):
        return b"\x03" + b"".join(_text(name) + _one(each) for name, each in value.items()) + _END
    raise TypeError(f"no AMF0 for {type(value).__name__}")


def _text(value: str) -> bytes:
    data = value.encode()[:65_535]
    return len(data).to_bytes(2, "big") + data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.count = data, 0, 0

    def value(self, depth: int) -> Any:
        self.count += 1
        if self.count > MOST or depth > DEEPEST:
            raise Garbled("too much in one message")
        kind = self._take(1)[0]
        if kind == 0:
            return _NUMBER.unpack(self._take(8))[0]
        if kind == 1:
            return self._take(1) != b"\x00"
        if kind in (2, 12):
            return self._take(self._whole(2 if kind == 2 else 4)).decode("utf-8", "replace")
        if kind in (3, 8):
            if kind == 8:
                self._take(4)  # how many, which servers tell wrongly
            return self._object(depth)
        if kind in (5, 6):
            return None
        if kind == 10:
            return [self.value(depth + 1) for _ in range(min(self._whole(4), MOST + 1))]
        if kind == 11:
            return _NUMBER.unpack(self._take(10)[:8])[0]
        raise Garbled(f"a value of kind {kind}")

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            name = self._take(self._whole(2)).decode("utf-8", "replace")
            if not name and self.data[self.at : self.at + 1] == b"\x09":
                self.at += 1
                return found
            found[name] = self.value(depth + 1)

    def _whole(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        part = self.data[self.at : self.at + size]
        if len(part) < size:
            raise Garbled("half a value")
        self.at += size
        return part
