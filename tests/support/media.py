"""Harmless media made by code, and stand-ins for what surrounds the store: bytes as a file by ranges, a client of the media origin."""

from __future__ import annotations

import asyncio
import math
import random
import struct
import wave
from fractions import Fraction
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import av
from PIL import Image
from tests.support.intake import Answer


class Bytes:
    """A file by ranges in memory; remembers how much of it was read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size, self.read = data, len(data), 0

    def read_at(self, offset: int, count: int) -> bytes:
        part = self.data[offset : offset + count]
        self.read += len(part)
        return part


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), shade: int = 0, **more: Any) -> bytes:
    """A gradient."""
    out = BytesIO()
    image = Image.linear_gradient("L").resize(size)
    Image.merge("RGB", (image, image.point([(value + shade) % 256 for value in range(256)]), image)).save(
        out, form, **more
    )
    return out.getvalue()


def photo(
    seed: int = 0, form: str = "JPEG", *, size: tuple[int, int] = (800, 600), image: Image.Image | None = None
) -> bytes:
    """A picture like no other with another seed, in which much happens (PDQ quality 100); or ``image`` in this format."""
    out = BytesIO()
    if image is None:
        chance = random.Random(seed)
        small = Image.frombytes("L", (40, 30), chance.randbytes(1200))
        image = small.resize(size, Image.Resampling.BICUBIC)
    image.convert("RGB").save(out, form, quality=90)
    return out.getvalue()


def sound(seconds: float, *, rate: int = 8000) -> bytes:
    """A tone that grows louder."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        count = int(seconds * rate)
        file.writeframes(
            b"".join(struct.pack("<h", int(30_000 * place / count * math.sin(place / 3))) for place in range(count))
        )
    return out.getvalue()


def moving(frames: int, size: tuple[int, int] = (64, 48), form: str = "GIF") -> bytes:
    """A moving picture of ever brighter frames, a tenth of a second each."""
    out = BytesIO()
    pictures = [Image.new("L", size, number * 8 % 256) for number in range(frames)]
    pictures[0].save(out, form, save_all=True, append_images=pictures[1:], duration=100)
    return out.getvalue()


def film(
    seconds: float, *, every: float = 0.2, size: tuple[int, int] = (320, 180), form: str = "mp4", padding: int = 0
) -> bytes:
    """A video in which each frame is a key frame and lasts ``every`` seconds; ``padding`` random bytes make it larger, unread."""
    out = BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 1
        count = max(1, round(seconds / every))
        for number in range(count):
            shade = 20 + 220 * number // count
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (shade, 90, 255 - shade)))
            frame.pts, frame.time_base = round(number * every * 1000), Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.duration = round(every * 1000)
                container.mux(packet)
        container.mux(stream.encode())
    return out.getvalue() + _free(padding)


def _free(size: int) -> bytes:
    """A box of ISO media that says nothing."""
    return (size + 8).to_bytes(4, "big") + b"free" + bytes(size) if size else b""


async def _get(app: Any, url: str, method: str, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": parts.path, "query_string": parts.query.encode(), "headers": raw}
    await app(scope, receive, send)
    fields = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], fields, b"".join(message.get("body", b"") for message in sent))


def get(app: Any, url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask the media origin as a browser does; underscores in header names stand for dashes."""
    return asyncio.run(_get(app, url, method, {name.replace("_", "-"): value for name, value in headers.items()}))
