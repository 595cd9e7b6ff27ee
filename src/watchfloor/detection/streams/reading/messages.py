"""What parent and caged child say to each other over one socket, beyond the frames of ``items.media.decode.wire``. Pure.

child -> parent   H what the cage holds back, as JSON (once, before it asks for anything)
                  R count: more bytes, please            parent -> child   D bytes (none: the stream is over)
                  K a frame that was looked at: its numbers, its hash, its small grey picture
                  E the end as JSON: {} or {"error": code, "why": sentence}
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from watchfloor.items.media.decode.wire import Broken

COUNT = struct.Struct("!I")
_FRAME = struct.Struct("!ddB32sHH")
SIDE = 160  # pixels: the longer side of a still


class Picture(NamedTuple):
    """A frame of the stream: its second, the second the stream had come to, hash (32 bytes), quality, and a small grey picture by rows."""

    seconds: float
    now: float
    bits: bytes
    quality: int
    width: int
    height: int
    grey: bytes


def pack(picture: Picture) -> tuple[bytes, bytes]:
    """The two parts of a ``K``."""
    seconds, now, bits, quality, width, height, grey = picture
    return _FRAME.pack(seconds, now, quality, bits, width, height), grey


def unpack(body: bytes) -> Picture:
    """What ``pack`` packed; ``Broken`` for anything else, whoever sent it."""
    if len(body) < _FRAME.size:
        raise Broken("half a frame")
    seconds, now, quality, bits, width, height = _FRAME.unpack_from(body)
    grey = body[_FRAME.size :]
    if not (0 <= seconds < 1e8 and 0 <= now < 1e8 and quality <= 100):
        raise Broken("a frame at no time")
    if not (1 <= width <= SIDE and 1 <= height <= SIDE and len(grey) == width * height):
        raise Broken("a still of the wrong size")
    return Picture(seconds, now, bits, quality, width, height, grey)
