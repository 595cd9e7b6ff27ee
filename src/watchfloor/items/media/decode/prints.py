"""Fingerprints of what the cage has open: PDQ of a picture and of a video's frames, with and without the even bars around it.

Rows are ``[kind, inner, seconds, digits, quality]`` (see ``contracts.Print``). Nothing here raises: a file that can be shown but not hashed
has no prints. ``None`` where numpy is not installed. Frames are key frames, and one a second where these lie far apart; of a long
video key frames near evenly spread moments, so that four hours cost what ten minutes cost.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from PIL import Image

from watchfloor.engines.matching.pdq import of_grey
from watchfloor.engines.matching.pictures import SHORTEST, grey_of_image, without_bars
from watchfloor.engines.matching.videos import FAR, decoded, grey_of_frame
from watchfloor.kernel.errors import MissingExtra

Row = list[Any]
LONG = 1_200.0  # seconds from which a video is not read through
MOMENTS = 600  # of a long video
MOST_FRAMES = 1_200
SECONDS = 12.0  # of CPU for all frames of a video


def of_jpeg(file: Any, decoder: str) -> list[Row] | None:
    """Of a JPEG, opened again in grey at a fraction of its size (never below 512 pixels on the short side)."""
    try:
        file.seek(0)
        image = Image.open(file, formats=[decoder, "MPO"])
        if image.mode in ("RGB", "L"):
            image.draft("L", (SHORTEST, SHORTEST))
        return _rows("pdq", 0.0, grey_of_image(image))
    except MissingExtra:
        return None
    except Exception:
        return []


def of_image(image: Image.Image, *, kind: str = "pdq", seconds: float = 0.0) -> list[Row] | None:
    """Of a picture that is decoded in full."""
    try:
        return _rows(kind, seconds, grey_of_image(image))
    except MissingExtra:
        return None
    except Exception:
        return []


def of_video(container: Any, stream: Any, duration: float | None) -> list[Row] | None:
    """Of a video's frames, by time; those that could be had within ``SECONDS`` of computing."""
    found: dict[float, list[Row]] = {}
    until = time.process_time() + SECONDS
    try:
        frames = (
            _spread(container, stream, duration) if duration and duration > LONG else _read(container, stream, duration)
        )
        for seconds, frame in frames:
            if seconds not in found:
                found[seconds] = _rows("frame", round(seconds, 3), grey_of_frame(frame))
            if time.process_time() > until or len(found) >= MOST_FRAMES:
                break
    except MissingExtra:
        return None
    except Exception:  # noqa: S110  what came before the damage counts
        pass
    return [row for seconds in sorted(found) for row in found[seconds]]


def _rows(kind: str, seconds: float, grey: Any) -> list[Row]:
    made = of_grey(grey)
    rows: list[Row] = [[kind, False, seconds, made.hex, made.quality]]
    inner = without_bars(grey)
    if inner is not None:
        made = of_grey(inner)
        rows.append([kind, True, seconds, made.hex, made.quality])
    return rows


def _read(container: Any, stream: Any, duration: float | None) -> Iterator[tuple[float, Any]]:
    """Key frames from beginning to end, then the stretches without any, once a second."""
    keys: list[float] = []
    stream.codec_context.skip_frame = "NONKEY"
    with contextlib.suppress(Exception):  # a stream that cannot be wound back is read from where it stands
        container.seek(0)
    for seconds, frame in decoded(container, stream):
        keys.append(seconds)
        yield seconds, frame
    stream.codec_context.skip_frame = "DEFAULT"
    for begin, end in zip(keys, [*keys[1:], duration or 0.0], strict=True):
        if end - begin > FAR:
            yield from _between(container, stream, begin, end)


def _between(container: Any, stream: Any, begin: float, end: float) -> Iterator[tuple[float, Any]]:
    container.seek((stream.start_time or 0) + int(begin / stream.time_base), stream=stream)
    due = begin + 1.0
    for seconds, frame in decoded(container, stream):
        if seconds >= end - 0.5:
            return
        if seconds >= due:
            yield seconds, frame
            due = seconds + 1.0


def _spread(container: Any, stream: Any, duration: float) -> Iterator[tuple[float, Any]]:
    """The key frame before each of ``MOMENTS`` evenly spread moments."""
    stream.codec_context.skip_frame = "NONKEY"
    for place in range(MOMENTS):
        target = (stream.start_time or 0) + int((place + 0.5) * duration / MOMENTS / stream.time_base)
        container.seek(target, stream=stream, backward=True)
        yield from _first(container, stream)


def _first(container: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    for found in decoded(container, stream):
        yield found
        return
