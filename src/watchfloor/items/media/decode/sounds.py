"""A sound as a line: how loud it is at each of some hundred moments, so that one can see where something is before one hears it.

Runs in the cage. A short sound is read through, a long one at its moments only.
"""

from __future__ import annotations

import contextlib
import time
from base64 import b64encode
from typing import Any

import av.error

from watchfloor.engines.matching.arrays import numpy

POINTS = 600
LONG = 900.0  # seconds from which it is not read through
SECONDS = 12.0  # of CPU


def waveform(container: Any, stream: Any, duration: float | None) -> str:
    """Base64 of ``POINTS`` numbers from 0 (silent) to 100 (as loud as it gets); ``""`` where it cannot be heard."""
    if not duration:
        return ""
    found = [0.0] * POINTS
    until = time.process_time() + SECONDS
    begin = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    with contextlib.suppress(av.error.FFmpegError, ValueError, ArithmeticError):  # what came before the damage counts
        if duration <= LONG:
            for frame in container.decode(stream):
                _hear(found, frame, begin, duration)
                if time.process_time() > until:
                    break
        else:
            for place in range(POINTS):
                container.seek(int((begin + (place + 0.5) * duration / POINTS) / stream.time_base), stream=stream)
                for frame in container.decode(stream):
                    _hear(found, frame, begin, duration)
                    break
                if time.process_time() > until:
                    break
    loudest = max(found)
    return b64encode(bytes(round(100 * each / loudest) for each in found)).decode() if loudest > 0 else ""


def _hear(found: list[float], frame: Any, begin: float, duration: float) -> None:
    """Put the loudest sample of a frame at its moments."""
    np = numpy()
    if frame.time is None:
        return
    samples = np.abs(np.nan_to_num(frame.to_ndarray().astype(np.float32))).max(axis=0)
    seconds = len(samples) / max(1, frame.sample_rate)
    first = int((frame.time - begin) / duration * POINTS)
    last = max(first, min(POINTS - 1, int((frame.time - begin + seconds) / duration * POINTS)))
    for place, part in enumerate(np.array_split(samples, last - first + 1), first):
        if 0 <= place < POINTS and len(part):
            found[place] = max(found[place], float(part.max()))
