"""The caged child: opens the bytes of one stream as the parent hands them over, and gives back hashes and small grey stills.

It has no file, no network, no key and no database (``items.media.decode.cage``); a stream that breaks it breaks nothing else. Unlike
files, which are opened by children of a nursery, a stream has a process of its own from the start: it lives for hours.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, cast

import av
import av.logging
import numpy as np

from watchfloor.detection.streams.reading.messages import COUNT, SIDE, Picture, pack
from watchfloor.engines.matching.live import looks
from watchfloor.items.media.decode import cage, wire
from watchfloor.kernel.errors import BadInput

MOST_PIXELS = 36_000_000  # of one frame: 8K is 33 million
HEAD = 1024


def main(descriptor: int, memory: int, seconds: int) -> None:
    """Serve one stream over a socket that is already open."""
    line = socket.socket(fileno=descriptor)
    _warm_up()
    with contextlib.suppress(OSError):
        os.nice(5)
    cage.limit(memory=memory, seconds=seconds)
    cage.drop_root()
    wire.send(line, b"H", json.dumps(cage.lock()).encode())
    try:
        wire.send(line, b"E", json.dumps(_serve(line)).encode())
    except MemoryError:
        os._exit(3)
    except (wire.Broken, OSError):
        os._exit(1)
    os._exit(0)


class Feed:
    """The stream as FFmpeg sees it: a file that can only be read on."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._kept = line, b""

    def head(self) -> bytes:
        """The first bytes, without taking them away."""
        while len(self._kept) < HEAD:
            more = self._ask(HEAD)
            if not more:
                break
            self._kept += more
        return self._kept

    def read(self, count: int) -> bytes:
        """At least one byte, at most ``count``; none at the end."""
        data = self._kept or self._ask(count)
        self._kept = data[count:]
        return data[:count]

    def _ask(self, count: int) -> bytes:
        wire.send(self._line, b"R", COUNT.pack(count))
        letter, data = wire.receive(self._line)
        if letter != b"D":
            raise wire.Broken(f"a frame {letter!r} in place of data")
        return data


def form_of(head: bytes) -> str:
    """FFmpeg's name of the container that begins so; "" for none that can be read as it comes."""
    if head[:1] == b"\x47" and (len(head) <= 188 or head[188] == 0x47):
        return "mpegts"
    if head[4:8] in (b"ftyp", b"styp", b"moov", b"moof", b"sidx", b"emsg", b"prft"):
        return "mov"
    if head.startswith(b"FLV\x01"):
        return "flv"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    return ""


def small(grey: Any) -> tuple[int, int, bytes]:
    """Width, height and rows of a picture shrunk to ``SIDE`` by averaging blocks."""
    height, width = grey.shape
    step = max(1, -(-max(height, width) // SIDE))
    rows, columns = max(1, height // step), max(1, width // step)
    blocks = grey[: rows * step, : columns * step].astype(np.uint16)
    if rows * step <= height and columns * step <= width and step > 1:
        blocks = blocks.reshape(rows, step, columns, step).mean(axis=(1, 3))
    return columns, rows, blocks.astype(np.uint8).tobytes()


def _serve(line: socket.socket) -> dict[str, Any]:
    feed = Feed(line)
    head = feed.head()
    form = form_of(head)
    if not form:
        return {
            "error": "not_a_stream",
            "why": "It is no stream that can be read as it comes." if head else "Nothing came.",
        }
    try:
        for picture in _pictures(feed, form):
            wire.send(line, b"K", *pack(picture))
    except BadInput as problem:
        return {"error": problem.code, "why": problem.message}
    return {}


def _pictures(feed: Feed, form: str) -> Iterator[Picture]:
    for look in looks(cast(BinaryIO, feed), form=form, most_pixels=MOST_PIXELS):
        frame = look.frame
        yield Picture(frame.seconds, look.now, bytes.fromhex(frame.hex), frame.quality, *small(look.grey))


def _warm_up() -> None:
    """Read one small stream of our own: whatever is loaded at first use is loaded now, for later no file can be opened."""
    av.logging.set_level(None)
    out = BytesIO()
    with av.open(out, "w", format="mpegts") as container:
        stream: Any = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 64, "yuv420p", 1
        for shade in (20, 120, 220):
            frame: Any = av.VideoFrame
            container.mux(stream.encode(frame.from_ndarray(np.full((64, 64), shade, np.uint8), format="gray")))
        container.mux(stream.encode())
    out.seek(0)
    with contextlib.suppress(BadInput):
        for look in looks(out, form="mpegts"):
            small(look.grey)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:4]))
