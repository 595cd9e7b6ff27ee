"""Hashes of a video's frames: its key frames first, which cost next to nothing, and one a second only where these lie far apart.

Frames are the same that vPDQ hashes, weighed as it weighs them, and written as it writes them (``frame,quality,hash,seconds``;
facebook/ThreatExchange, ``vpdq``). It hashes what FFmpeg makes of a frame in red, green and blue. There black begins higher and colours
shift the grey in whole steps, which in dark scenes decides up to sixteen bits; so the grey is taken by the same way, not from the
luminance the decoder leaves. Files of strangers belong into the sandbox of the media store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from watchfloor.engines.matching.arrays import numpy, pyav
from watchfloor.engines.matching.pdq import of_grey
from watchfloor.engines.matching.pictures import luminance
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Grey

FAR = 4.0
"""Seconds between key frames from which the video between them is looked at once a second."""

_MOST_COLOURED = 9_000_000
"""Pixels (a little more than 4K) from which a frame's luminance alone is taken: in colours it would need a hundred megabytes and more."""

_LUMINANCE = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray", "yuva420p")


class Frame(NamedTuple):
    """A frame: its number (of those decoded at this rate; key frames count from 0), its moment, its hash."""

    number: int
    seconds: float
    hex: str
    quality: int


class Video(NamedTuple):
    """What was found: size in pixels, length in seconds (0 if the file does not say), frames by time."""

    width: int
    height: int
    seconds: float
    frames: tuple[Frame, ...]


def hash_video(source: str | Path | BinaryIO, *, every: float | None = None) -> Video:
    """The hashes of a video. ``every``: None for key frames and one a second where they lie far apart, 0 for each frame, else seconds.

    Raises:
        BadInput: it is no video that can be read.
        MissingExtra: PyAV or numpy is not installed.
    """
    with _opened(source) as container:
        stream = _picture_stream(container)
        size, length = (stream.codec_context.width, stream.codec_context.height), _length(container, stream)
        if every is None:
            found = list(_key_frames(container, stream))
            found += _between(container, stream, [frame.seconds for frame in found], length)
            found.sort(key=lambda frame: frame.seconds)
        else:
            found = list(_regular(container, stream, every))
    frames = (
        tuple(frame._replace(number=number) for number, frame in enumerate(found)) if every is None else tuple(found)
    )
    return Video(*size, length, frames)


def key_frames(source: str | Path | BinaryIO) -> Video:
    """Key frames alone. Errors as of ``hash_video``."""
    with _opened(source) as container:
        stream = _picture_stream(container)
        size, length = (stream.codec_context.width, stream.codec_context.height), _length(container, stream)
        return Video(*size, length, tuple(_key_frames(container, stream)))


def written(frames: Iterable[Frame]) -> str:
    """As vPDQ writes them, a line each."""
    return "".join(f"{frame.number},{frame.quality},{frame.hex},{frame.seconds:.3f}\n" for frame in frames)


def read(text: str) -> list[Frame]:
    """What vPDQ has written.

    Raises:
        BadInput: a line is none of its lines.
    """
    found = []
    for line, each in enumerate(text.splitlines(), 1):
        try:
            number, quality, digits, seconds = each.split(",")
            found.append(Frame(int(number), float(seconds), f"{int(digits, 16):064x}", int(quality)))
        except ValueError:
            raise BadInput(
                "bad_frame", "A line is not of the form frame,quality,hash,seconds.", where=f"line {line}"
            ) from None
    return found


def grey_of_frame(frame: Any) -> Grey:
    """The grey of a decoded frame as vPDQ weighs it: unrounded, from 0 to 255 whatever range the video keeps.

    Whatever colours a video says it has, they are read as BT.601, as vPDQ reads them. *Accurate* and *point*: FFmpeg's plain way, without
    the short cuts of a processor, which differ between processors by up to sixteen bits.
    """
    np, av = numpy(), pyav()
    kinds = av.video.reformatter
    if frame.width * frame.height > _MOST_COLOURED:
        return _luminance_plane(frame)
    try:
        coloured = frame.reformat(
            format="rgb24",
            interpolation=kinds.Interpolation.POINT | kinds.Interpolation.ACCURATE_RND,
            src_colorspace=kinds.Colorspace.ITU601,
            dst_colorspace=kinds.Colorspace.ITU601,
            dst_color_range=kinds.ColorRange.JPEG,
            threads=1,
        )
    except (av.FFmpegError, ValueError):  # a frame that says of itself what cannot be
        return _luminance_plane(frame)
    plane = coloured.planes[0]
    rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width * 3]
    grey: Grey = luminance(rows.reshape(frame.height, frame.width, 3))
    return grey


def _luminance_plane(frame: Any) -> Grey:
    """Luminance as the decoder leaves it."""
    np = numpy()
    name = frame.format.name
    if name not in _LUMINANCE:
        frame = frame.reformat(format="gray", threads=1)
        name = "gray"
    plane = frame.planes[0]
    grey: Grey = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
    full = name == "gray" or name.startswith("yuvj") or frame.color_range == 2
    return grey if full else np.take(_widened(), grey)


def _widened() -> Any:
    np = numpy()
    return np.clip((np.arange(256) - 16) * (255 / 219) + 0.5, 0, 255).astype(np.uint8)


def _opened(source: str | Path | BinaryIO) -> Any:
    av = pyav()
    try:
        return av.open(str(source) if isinstance(source, Path) else source)
    except (av.FFmpegError, ValueError, OSError) as problem:
        raise BadInput("no_video", f"It cannot be read as a video ({str(problem)[:100]}).") from None


def _picture_stream(container: Any) -> Any:
    if not container.streams.video:
        raise BadInput("no_video", "There is no picture in this video.")
    stream = container.streams.video[0]
    stream.thread_type = "NONE"  # the caller decides how many are hashed at once
    return stream


def _length(container: Any, stream: Any) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else 0.0


def decoded(container: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    """(seconds since the beginning, frame), until the end or the first place that cannot be read."""
    av = pyav()
    begin = float((stream.start_time or 0) * stream.time_base) if stream.time_base is not None else 0.0
    try:
        for frame in container.decode(stream):
            if frame.time is not None:
                yield max(0.0, frame.time - begin), frame
    except (av.FFmpegError, ValueError):
        return


def _frame(number: int, seconds: float, picture: Any) -> Frame:
    made = of_grey(grey_of_frame(picture))
    return Frame(number, round(seconds, 3), made.hex, made.quality)


def _key_frames(container: Any, stream: Any) -> Iterator[Frame]:
    stream.codec_context.skip_frame = "NONKEY"
    for number, (seconds, picture) in enumerate(decoded(container, stream)):
        yield _frame(number, seconds, picture)
    stream.codec_context.skip_frame = "DEFAULT"


def _regular(container: Any, stream: Any, every: float) -> Iterator[Frame]:
    due = 0.0
    for number, (seconds, picture) in enumerate(decoded(container, stream)):
        if seconds >= due - 0.001:
            yield _frame(number, seconds, picture)
            due = due + every if every and seconds < due + every else seconds + every


def _between(container: Any, stream: Any, keys: list[float], length: float) -> Iterator[Frame]:
    """One frame a second in each stretch without key frames; decoding begins at the key frame before."""
    av = pyav()
    for begin, end in zip(keys, [*keys[1:], length], strict=True):
        if end - begin <= FAR:
            continue
        try:
            start = stream.start_time or 0
            container.seek(start + int(begin / stream.time_base), stream=stream)
        except (av.FFmpegError, ValueError):
            return
        due = begin + 1.0
        for seconds, picture in decoded(container, stream):
            if seconds >= end - 0.5:
                break
            if seconds >= due:
                yield _frame(0, seconds, picture)
                due = seconds + 1.0
