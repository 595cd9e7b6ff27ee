"""Watches a stream as it comes: each key frame is looked up at once, and one frame a second where key frames are rare.

Only key frames are decoded while they come at least every ``RARE`` seconds, which costs a small part of a core. If one is overdue, the
frames since the last one are decoded after all, and from then on the stream is decoded throughout.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from watchfloor.engines.matching.arrays import pyav
from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.pdq import RADIUS, of_grey
from watchfloor.engines.matching.videos import Frame, _opened, _picture_stream, grey_of_frame
from watchfloor.kernel.errors import BadInput

RARE = 1.5
"""Seconds without a key frame after which every frame is decoded."""

_EVERY = 1.0  # seconds between frames looked up then
_GONE = 6.0  # seconds after which known content that is seen again is told again


class Seen(NamedTuple):
    """Known content appeared: which, at which second of the stream and of the known video, how near, and how many seconds later it was
    told than it came (by the stream's own time; by the clock as well where the stream is read at its rate)."""

    known: str
    at: float
    known_at: float
    distance: int
    quality: int
    delay: float


def watch(source: str | Path, bank: ClipBank, *, radius: int = RADIUS, at_rate: bool = False) -> Iterator[Seen]:
    """Each time known content appears in a stream (a file or an address), until it ends.

    Raises:
        BadInput: it cannot be read as a video.
        MissingExtra: PyAV or numpy is not installed.
    """
    last: dict[str, float] = {}
    for now, lag, frame in _looked_at(source, at_rate):
        for known, known_at, distance in bank.nearest(frame, radius):
            before = last.get(known)
            last[known] = frame.seconds
            if before is None or frame.seconds - before > _GONE:
                yield Seen(
                    known,
                    frame.seconds,
                    known_at,
                    distance,
                    frame.quality,
                    round(max(now - frame.seconds, 0.0) + lag, 3),
                )


def _looked_at(source: str | Path, at_rate: bool) -> Iterator[tuple[float, float, Frame]]:
    """(second the stream had come to, seconds the clock is behind it, hashed frame) of each frame that is looked up."""
    av = pyav()
    with _opened(source) as container:
        stream = _picture_stream(container)
        decoder = stream.codec_context
        base = stream.time_base
        began: float | None = None
        clock = 0.0
        group: list[Any] = []  # packets since the last key frame
        key = hashed = -_EVERY
        throughout = False
        number = 0
        now = 0.0

        def frames(packets: list[Any], *, drain: bool) -> Iterator[Any]:
            for each in packets:
                yield from decoder.decode(each)
            if drain:
                yield from decoder.decode(None)
                decoder.flush_buffers()

        try:
            for packet in container.demux(stream):
                if packet.dts is None and packet.pts is None:
                    continue
                moment = float((packet.pts if packet.pts is not None else packet.dts) * base)
                if began is None:
                    began, clock = moment, time.monotonic()
                now = max(now, moment - began)
                if at_rate:
                    time.sleep(max(0.0, clock + now - time.monotonic()))
                if packet.is_keyframe:
                    key, group = now, []
                group.append(packet)
                if throughout:
                    pictures = frames([packet], drain=False)
                elif packet.is_keyframe:
                    pictures = frames([packet], drain=True)
                elif now - key > RARE:
                    throughout = True
                    pictures = frames(group, drain=False)
                else:
                    continue
                for picture in pictures:
                    seconds = max(0.0, (picture.time or 0.0) - began)
                    if throughout and seconds < hashed + _EVERY and not picture.key_frame:
                        continue
                    hashed = max(hashed, seconds)
                    made = of_grey(grey_of_frame(picture))
                    lag = max(0.0, time.monotonic() - clock - now) if at_rate else 0.0
                    yield now, lag, Frame(number, round(seconds, 3), made.hex, made.quality)
                    number += 1
        except (av.FFmpegError, ValueError):
            if number:  # it broke off: what came before was looked at
                return
        if not number:
            raise BadInput("no_video", "Not one frame of it can be read as a video.")
