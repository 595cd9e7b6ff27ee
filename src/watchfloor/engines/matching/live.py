"""Watches a stream as it comes: each key frame is looked up at once, and one frame a second where key frames are rare.

Only key frames are decoded while they come at least every ``RARE`` seconds, which costs a small part of a core. If one is overdue, the
frames since the last one are decoded after all, and from then on the stream is decoded throughout.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from watchfloor.engines.matching.arrays import pyav
from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.pdq import RADIUS, of_grey
from watchfloor.engines.matching.videos import Frame, _opened, _picture_stream, grey_of_frame
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Grey

RARE = 1.5
"""Seconds without a key frame after which every frame is decoded."""

_EVERY = 1.0  # seconds between frames looked up then
_GONE = 6.0  # seconds after which known content that is seen again is told again
_JUMP, _BACK = (
    10.0,
    1.0,
)  # seconds on and back between two packets that are no pause and no order of frames, but another clock
_MANY = 600  # packets held in wait for a key frame; a stream with more of them in so little time is read throughout
_LITTLE = {"probesize": "500000", "analyzeduration": "1000000", "max_streams": "32", "fflags": "+genpts+discardcorrupt"}


class Seen(NamedTuple):
    """Known content appeared: which, at which second of the stream and of the known video, how near, and how many seconds later it was
    told than it came (by the stream's own time; by the clock as well where the stream is read at its rate)."""

    known: str
    at: float
    known_at: float
    distance: int
    quality: int
    delay: float


class Looked(NamedTuple):
    """A frame that was looked at: the second the stream had come to, how many seconds the clock is behind it, its hash, its grey."""

    now: float
    lag: float
    frame: Frame
    grey: Grey


def watch(source: str | Path, bank: ClipBank, *, radius: int = RADIUS, at_rate: bool = False) -> Iterator[Seen]:
    """Each time known content appears in a stream (a file or an address), until it ends.

    Raises:
        BadInput: it cannot be read as a video.
        MissingExtra: PyAV or numpy is not installed.
    """
    apart = Apart()
    for now, lag, frame, _ in looks(source, at_rate=at_rate):
        for known, known_at, distance in bank.nearest(frame, radius):
            if apart.new(known, frame.seconds):
                yield Seen(
                    known,
                    frame.seconds,
                    known_at,
                    distance,
                    frame.quality,
                    round(max(now - frame.seconds, 0.0) + lag, 3),
                )


class Apart:
    """What was told already: known content is told when it comes, and again only after it was gone for some seconds."""

    def __init__(self, last: Iterable[tuple[Hashable, float]] = ()) -> None:
        self._last: dict[Hashable, float] = dict(last)

    def new(self, known: Hashable, second: float) -> bool:
        """Whether it has just come; called for each frame that shows it, in the order of the stream."""
        before = self._last.get(known)
        self._last[known] = second
        return before is None or not before <= second <= before + _GONE


def looks(
    source: str | Path | BinaryIO,
    *,
    at_rate: bool = False,
    form: str = "",
    most_pixels: int = 0,
) -> Iterator[Looked]:
    """Each frame of a stream that is looked at, hashed, as it comes.

    ``source`` may be an open file that cannot seek; ``form`` is then FFmpeg's name of the container, and little is read before the first
    frame. ``most_pixels`` bounds a frame (0: no bound). Where time in the stream jumps, the seconds go on from where they were.

    Raises:
        BadInput: not one frame of it can be read as a video. What breaks off later just ends.
        MissingExtra: PyAV or numpy is not installed.
    """
    av = pyav()
    with _container(source, form) as container:
        stream = _picture_stream(container)
        decoder = stream.codec_context
        if most_pixels:
            decoder.options = {"max_pixels": str(most_pixels)}
        base = stream.time_base
        began: float | None = None
        clock = 0.0
        group: list[Any] = []  # packets since the last key frame
        key = hashed = -_EVERY
        before = step = 0.0
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
                elif -_BACK < moment - before < _JUMP:
                    step = moment - before if 0 < moment - before < _BACK else step
                else:  # another clock: it goes on where the old one stood
                    began += moment - before - step
                before = moment
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
                elif now - key > RARE or len(group) > _MANY:
                    throughout = True
                    pictures = frames(group, drain=False)
                else:
                    continue
                for picture in pictures:
                    if most_pixels and picture.width * picture.height > most_pixels:
                        continue
                    seconds = max(0.0, (picture.time or 0.0) - began)
                    if throughout and seconds < hashed + _EVERY and not picture.key_frame:
                        continue
                    hashed = max(hashed, seconds)
                    grey = grey_of_frame(picture)
                    made = of_grey(grey)
                    lag = max(0.0, time.monotonic() - clock - now) if at_rate else 0.0
                    yield Looked(now, lag, Frame(number, round(seconds, 3), made.hex, made.quality), grey)
                    number += 1
                if throughout:
                    group = []
        except (av.FFmpegError, ValueError):
            if number:  # it broke off: what came before was looked at
                return
        if not number:
            raise BadInput("no_video", "Not one frame of it can be read as a video.")


def _container(source: str | Path | BinaryIO, form: str) -> Any:
    if not form:
        return _opened(source)
    av = pyav()
    try:
        return av.open(source, mode="r", format=form, options=dict(_LITTLE), metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as problem:
        raise BadInput("no_video", f"It cannot be read as a video ({str(problem)[:100]}).") from None
