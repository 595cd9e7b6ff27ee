"""A video becomes a still, a small one and a strip of frames, by seeking: four hours cost what a minute costs. Runs in the cage.

Frames are key frames near evenly spread moments; a short video, whose key frames may be few, is read through to those moments.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import av
import av.error
import av.logging
from av.codec.context import ThreadType
from PIL import Image

from watchfloor.items.media.decode import prints
from watchfloor.items.media.decode.pictures import LARGE, SMALL, Emit, Unreadable, give, shrunk, spread, strip, veiled
from watchfloor.items.media.decode.sounds import waveform

TILES = 16
MOST_PIXELS = 36_000_000  # of one frame: 8K is 33 million
SHORT = 40.0  # seconds: up to here moments are met exactly
FEW_PACKETS = 4_000  # read in search of one frame
FRAME_SECONDS = 20.0  # of CPU for all frames together
_ROTATED = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_ASKED = {"max_streams": "64", "probesize": "5000000", "analyzeduration": "5000000", "fflags": "+genpts+discardcorrupt"}


def video(file: Any, decoder: str, emit: Emit) -> dict[str, Any]:
    """Make ``poster``, ``small``, ``veil`` and ``strip`` of a video, a line of a sound; returns what is known. Raises ``Unreadable``."""
    av.logging.set_level(None)
    try:
        with av.open(
            file, mode="r", format=decoder.partition(",")[0], options=dict(_ASKED), metadata_errors="replace"
        ) as container:
            return _video(container, emit)
    except (MemoryError, av.error.MemoryError):
        raise Unreadable("too_much_memory", "The video needs more memory to open than a video may.") from None
    except av.error.EOFError:
        raise Unreadable("broken", "The video ends before anything of it can be shown.") from None
    except (
        av.error.FFmpegError,
        ValueError,
        OSError,
        RuntimeError,
        OverflowError,
        ZeroDivisionError,
        IndexError,
    ) as problem:
        words = getattr(problem, "strerror", None) or type(problem).__name__
        raise Unreadable("broken", f"The video cannot be read ({words}).") from None


def _video(container: Any, emit: Emit) -> dict[str, Any]:
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not streams:
        if not container.streams.audio:
            raise Unreadable("no_streams", "There is neither picture nor sound in this file.")
        sound = container.streams.audio[0]
        lasts = _duration(container, sound)
        line = waveform(container, sound, lasts)
        return {"duration_s": lasts, "sound": True, "kind": "audio", "prints": [], "waveform": line}
    stream = streams[0]
    context = stream.codec_context
    if context is None:
        raise Unreadable("unknown_codec", "The video is coded in a way that is not known here.")
    if context.width * context.height > MOST_PIXELS:
        raise Unreadable(
            "too_many_pixels",
            f"A frame says it is {context.width:,} by {context.height:,} pixels; at most {MOST_PIXELS // 1_000_000} million are opened.",
        )
    context.thread_type, context.thread_count = ThreadType.NONE, 1
    context.options = {"max_pixels": str(MOST_PIXELS)}
    duration = _duration(container, stream)
    report: dict[str, Any] = {"duration_s": duration, "sound": bool(container.streams.audio)}
    frames = _frames(container, stream, duration)
    if not frames:
        raise Unreadable("broken", "No frame of this video can be shown.")
    times = [moment for moment, _ in frames]
    stills = [image for _, image in frames]
    best = stills[min(len(stills) - 1, len(stills) // 3)]
    report["width"], report["height"] = _upright(stream, best)
    give(emit, "poster", best, 82)
    give(emit, "small", shrunk(best.copy(), SMALL), 72)
    give(emit, "veil", veiled(best), 50)
    if len(stills) > 1:
        report["frame_times"] = [round(moment, 3) for moment in times]
        give(emit, "strip", strip([shrunk(image, SMALL) for image in stills]), 70)
    report["prints"] = prints.of_video(container, stream, duration)
    return report


def _frames(container: Any, stream: Any, duration: float | None) -> list[tuple[float, Image.Image]]:
    """At most ``TILES`` different frames with their moments, in order."""
    found: dict[int, tuple[float, Image.Image]] = {}
    until = time.process_time() + FRAME_SECONDS
    base = stream.time_base
    begin = stream.start_time or 0
    if duration and base:
        exact = duration <= SHORT
        stream.codec_context.skip_frame = "DEFAULT" if exact else "NONKEY"
        for place in range(TILES):
            if time.process_time() > until:
                break
            target = begin + int((place + 0.5) * duration / TILES / base)
            frame = _at(container, stream, target, exact)
            if frame is not None and frame.pts is not None and frame.pts not in found:
                found[frame.pts] = (max(0.0, float((frame.pts - begin) * base)), _image(stream, frame, len(found)))
    if not found:  # no duration, or no way to jump: what comes from the beginning
        return _from_the_start(container, stream, until)
    return [found[pts] for pts in sorted(found)]


def _at(container: Any, stream: Any, target: int, exact: bool) -> Any:
    """The key frame before a moment, or (``exact``) the first frame at or after it; None when there is none to be had."""
    try:
        container.seek(target, stream=stream, backward=True)
        latest = None
        for number, packet in enumerate(container.demux(stream)):
            for frame in packet.decode():
                latest = frame
                if not exact or frame.pts is None or frame.pts >= target:
                    return frame
            if number > FEW_PACKETS:
                break
        return latest
    except av.error.FFmpegError:
        return None


def _from_the_start(container: Any, stream: Any, until: float) -> list[tuple[float, Image.Image]]:
    """Frames in the order they come, ever fewer of them kept, until the file or the time is over."""
    kept: list[tuple[float, Image.Image]] = []
    stride, number = 1, 0
    stream.codec_context.skip_frame = "DEFAULT"
    with contextlib.suppress(av.error.FFmpegError):  # a stream that cannot be wound back is read from where it stands
        container.seek(0)
    with contextlib.suppress(av.error.FFmpegError):  # what came before the damage is shown
        for frame in container.decode(stream):
            if number % stride == 0:
                kept.append((max(0.0, frame.time or 0.0), _image(stream, frame, number)))
                if len(kept) > 4 * TILES:
                    kept, stride = kept[::2], stride * 2
            number += 1
            if time.process_time() > until:
                break
    return spread(kept, TILES)


def _image(stream: Any, frame: Any, number: int) -> Image.Image:
    """The frame as RGB, upright, in the shape it is shown in; large enough for a poster."""
    if frame.width * frame.height > MOST_PIXELS:
        raise Unreadable("too_many_pixels", "A frame is larger than frames may be.")
    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    width, height = frame.width * (aspect if 0.1 < aspect < 10 else 1.0), float(frame.height)
    side = LARGE if number < TILES else SMALL
    scale = min(1.0, side / max(width, height))
    image: Image.Image = frame.reformat(
        width=max(2, round(width * scale)), height=max(2, round(height * scale)), format="rgb24"
    ).to_image()
    turn = _ROTATED.get(int(getattr(frame, "rotation", 0) or 0) % 360)
    return image.transpose(turn) if turn is not None else image


def _upright(stream: Any, shown: Image.Image) -> tuple[int, int]:
    width, height = stream.codec_context.width, stream.codec_context.height
    return (height, width) if (shown.height > shown.width) != (height > width) else (width, height)


def _duration(container: Any, stream: Any) -> float | None:
    """Seconds; None when the file does not say or says nonsense."""
    seconds = None
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration:
        seconds = container.duration / av.time_base
    return round(seconds, 3) if seconds is not None and 0 < seconds < 366 * 86_400 else None


def _is_cover(stream: Any) -> bool:
    """A picture glued to a sound file counts as no video."""
    return bool(getattr(stream, "disposition", 0) & 0x400)
