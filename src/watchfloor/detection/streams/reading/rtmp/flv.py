"""FLV, the file that RTMP's messages make (Adobe's FLV specification 10.1): a header, then tags, each with its length behind it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from watchfloor.detection.streams.reading.rtmp.errors import Garbled

AUDIO, VIDEO, DATA = 8, 9, 18
HEADER = b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"
_AVC, _AAC, _ENHANCED = 7, 10, 0x80


class Tag(msgspec.Struct, frozen=True):
    """``kind``: sound, picture or facts; ``at`` in milliseconds."""

    kind: int
    at: int
    body: bytes

    @property
    def begins(self) -> bool:
        """A key frame: a clip may begin here."""
        if self.kind != VIDEO or len(self.body) < 2 or (self.body[0] >> 4) & 7 != 1:
            return False
        low = self.body[0] & 15
        if self.body[0] & _ENHANCED:
            return low in (1, 3)  # coded frames
        return low != _AVC or self.body[1] == 1  # 0 sets the decoder up, 2 ends the sequence

    @property
    def sets(self) -> bool:
        """It holds no picture and no sound but what a decoder must know before."""
        if self.kind == VIDEO and self.body:
            if self.body[0] & _ENHANCED:  # Enhanced RTMP: the packet's type is in the low half, 0 sets the decoder up
                return self.body[0] & 15 == 0
            return self.body[0] & 15 == _AVC and self.body[1:2] == b"\x00"
        return self.kind == AUDIO and bool(self.body) and self.body[0] >> 4 == _AAC and self.body[1:2] == b"\x00"

    def bytes(self) -> bytes:
        """As it stands in a file."""
        size = len(self.body)
        time = (self.at & 0xFFFFFF).to_bytes(3, "big") + bytes([self.at >> 24 & 0xFF])
        head = bytes([self.kind]) + size.to_bytes(3, "big") + time + b"\x00\x00\x00"
        return head + self.body + (size + 11).to_bytes(4, "big")


def unpacked(body: bytes, at: int) -> Iterator[Tag]:
    """The tags of an aggregate message; their times count from the first one's. Raises ``Garbled``."""
    place, first = 0, None
    while place + 11 <= len(body):
        kind, size = body[place], int.from_bytes(body[place + 1 : place + 4], "big")
        time = int.from_bytes(body[place + 4 : place + 7], "big") | body[place + 7] << 24
        first = time if first is None else first
        data = body[place + 11 : place + 11 + size]
        if len(data) < size:
            raise Garbled("half a tag")
        if kind in (AUDIO, VIDEO, DATA):
            yield Tag(kind, (at + time - first) & 0xFFFFFFFF, data)
        place += 11 + size + 4
