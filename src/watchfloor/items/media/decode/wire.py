"""What parent and decoder say to each other over one socket: the decoder asks for ranges of the file and hands back renditions.

The decoder holds no file at all: the bytes it may read are those the parent gives it, what it writes goes through the parent. Frames are a
letter, a length of eight digits in base 256, and that many bytes. Pure but for the socket; shared by both sides.

    decoder -> parent   R offset, count    parent -> decoder   D bytes (fewer than asked for: the end)
                        O name, mime, width, height, data
                        E the report as JSON: the decoder is done
"""

from __future__ import annotations

import io
import json
import socket
import struct
from typing import Any

RANGE = struct.Struct("!QI")
_HEAD = struct.Struct("!cQ")
MOST = 64 * 1024 * 1024  # bytes of one frame: no rendition is larger
AHEAD = 256 * 1024  # read at least this much at a time


class Broken(Exception):
    """The other side went away or does not keep to the protocol."""


def send(line: socket.socket, letter: bytes, *parts: bytes) -> None:
    """One frame."""
    line.sendall(_HEAD.pack(letter, sum(len(part) for part in parts)))
    for part in parts:
        line.sendall(part)


def receive(line: socket.socket) -> tuple[bytes, bytes]:
    """One frame: its letter and its bytes. Raises ``Broken`` at the end, ``TimeoutError`` when the socket's time is up."""
    letter, size = _HEAD.unpack(_exactly(line, _HEAD.size))
    if size > MOST:
        raise Broken(f"a frame of {size} bytes")
    return letter, _exactly(line, size)


def pack_rendition(name: str, mime: str, width: int, height: int, data: bytes) -> tuple[bytes, bytes]:
    """The two parts of an ``O`` frame."""
    head = json.dumps({"name": name, "mime": mime, "width": width, "height": height}).encode()
    return len(head).to_bytes(4, "big") + head, data


def unpack_rendition(body: bytes) -> tuple[dict[str, Any], bytes]:
    """What ``pack_rendition`` packed."""
    length = int.from_bytes(body[:4], "big")
    return json.loads(body[4 : 4 + length]), body[4 + length :]


class RemoteFile(io.RawIOBase):
    """The file as the decoder sees it: read and seek, each read a question to the parent (with reading ahead)."""

    def __init__(self, line: socket.socket, size: int) -> None:
        self._line, self._size = line, size
        self._at = 0
        self._kept, self._kept_at = b"", 0
        self.asked = 0  # bytes asked for, for the report

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As for any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Up to ``size`` bytes; all of the rest for -1."""
        wanted = self._size - self._at if size is None or size < 0 else min(size, self._size - self._at)
        parts = []
        while wanted > 0:
            start = self._at - self._kept_at
            if 0 <= start < len(self._kept):
                part = self._kept[start : start + wanted]
            else:
                self._ask(max(min(wanted, MOST // 2), AHEAD))
                part = self._kept[:wanted]
                if not part:
                    break
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        """As for any raw file."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _ask(self, count: int) -> None:
        send(self._line, b"R", RANGE.pack(self._at, count))
        letter, data = receive(self._line)
        if letter != b"D":
            raise Broken(f"a frame {letter!r} in place of data")
        self._kept, self._kept_at = data, self._at
        self.asked += len(data)


def _exactly(line: socket.socket, count: int) -> bytes:
    if not count:
        return b""
    data = bytearray(count)
    view = memoryview(data)
    at = 0
    while at < count:
        got = line.recv_into(view[at:])
        if not got:
            raise Broken("the other side hung up")
        at += got
    return bytes(data)
