"""Where a file keeps what it says of itself: the C2PA manifest store (JUMBF) and the XMP text, from five containers. Runs in the cage.

JPEG: APP11 segments (JPEG XT, ISO 18477-3) and APP1; PNG: ``caBX`` and ``iTXt``; WebP: ``C2PA`` and ``XMP ``; MP4: ``uuid`` boxes.
Only heads of segments are read, and those two bodies; what is too large is left alone. Sources: C2PA 2.1 section 11.3, XMP part 3.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

MOST_PARTS = 4_000  # segments, chunks or boxes looked at
MOST_BYTES = 8 * 1024 * 1024  # of one kind
_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_C2PA_MP4 = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP_MP4 = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def find(file: Any, decoder: str, size: int) -> tuple[bytes, bytes]:
    """(manifest store, XMP), each empty where there is none. What is broken is as if it were not there."""
    look = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}.get(
        decoder, _mp4 if "mp4" in decoder or decoder == "AVIF" else None
    )
    if look is None:
        return b"", b""
    try:
        return look(file, size)
    except (struct.error, IndexError, ValueError):
        return b"", b""


def _jpeg(file: Any, size: int) -> tuple[bytes, bytes]:
    parts: dict[int, dict[int, bytes]] = {}
    xmp, at, room = b"", 2, MOST_BYTES
    for _ in range(MOST_PARTS):
        head = _at(file, at, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xDA, 0xD9):
            break
        length = struct.unpack("!H", head[2:])[0]
        if head[1] == 0xEB and length > 10 and room > 0:
            body = _at(file, at + 4, length - 2)
            room -= len(body)
            if body[:2] == b"JP":
                box, number = struct.unpack("!HI", body[2:8])
                parts.setdefault(box, {})[number] = body[8:]
        elif head[1] == 0xE1 and not xmp:
            body = _at(file, at + 4, length - 2)
            xmp = body[len(_XMP_JPEG) :] if body.startswith(_XMP_JPEG) else b""
        at += 2 + length
    for pieces in parts.values():
        # Each piece repeats the head of the box it belongs to; the first one's stays.
        ordered = [pieces[number] for number in sorted(pieces)]
        extra = 16 if ordered[0][:4] == b"\0\0\0\1" else 8
        whole = ordered[0] + b"".join(each[extra:] for each in ordered[1:])
        if whole[4:8] == b"jumb":
            return whole, xmp
    return b"", xmp


def _png(file: Any, size: int) -> tuple[bytes, bytes]:
    store, xmp, at = b"", b"", 8
    for _ in range(MOST_PARTS):
        head = _at(file, at, 8)
        if len(head) < 8:
            break
        length, name = struct.unpack("!I4s", head)
        if name == b"caBX" and length <= MOST_BYTES:
            store = _at(file, at + 8, length)
        elif name == b"iTXt" and length <= MOST_BYTES and not xmp:
            key, _, rest = _at(file, at + 8, length).partition(b"\0")
            if key == b"XML:com.adobe.xmp":
                text = rest[2:].split(b"\0", 2)[-1]
                xmp = zlib.decompressobj().decompress(text, MOST_BYTES) if rest[:1] == b"\1" else text
        elif name == b"IEND":
            break
        at += 12 + length
    return store, xmp


def _webp(file: Any, size: int) -> tuple[bytes, bytes]:
    found, at = {b"C2PA": b"", b"XMP ": b""}, 12
    for _ in range(MOST_PARTS):
        head = _at(file, at, 8)
        if len(head) < 8:
            break
        name, length = struct.unpack("<4sI", head)
        if name in found and length <= MOST_BYTES:
            found[name] = _at(file, at + 8, length)
        at += 8 + length + length % 2
    return found[b"C2PA"], found[b"XMP "]


def _mp4(file: Any, size: int) -> tuple[bytes, bytes]:
    store, xmp, at = b"", b"", 0
    for _ in range(MOST_PARTS):
        head = _at(file, at, 32)
        if len(head) < 8:
            break
        length, skip = struct.unpack("!I", head[:4])[0], 8
        if length == 1:
            length, skip = struct.unpack("!Q", head[8:16])[0], 16
        elif length == 0:
            length = size - at
        if length < skip:
            break
        if head[4:8] == b"uuid" and length <= MOST_BYTES:
            body = _at(file, at + skip, length - skip)
            if body[:16] == _C2PA_MP4:
                purpose, _, rest = body[20:].partition(b"\0")
                store = rest[8:] if purpose == b"manifest" else store
            elif body[:16] == _XMP_MP4:
                xmp = body[16:]
        at += length
    return store, xmp


def _at(file: Any, offset: int, count: int) -> bytes:
    file.seek(offset)
    data: bytes = file.read(count)
    return data
