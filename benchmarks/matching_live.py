"""A stream watched while known clips come up in it: which are found, how long after they begin, and what it costs.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_live [--minutes 5] [--clips 20] [--gop 2] [--json]

Input: a made stream, 720p at 30 frames a second (H.264, a key frame every ``--gop`` seconds and at no cut), each shot some five
seconds of a picture that moves; among them clips of six seconds that a bank knows by its own hashes of them, saved again at another
size. Delay: the second at which a clip is told, less the second at which it begins. Cost: CPU time by the length of the stream.
``--gop 10`` shows what rare key frames cost. Needs the extra ``media``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from PIL import Image

from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.live import watch
from watchfloor.engines.matching.videos import hash_video

RATE = 30
SHOT, CLIP = 5.3, 6.0  # seconds: clips begin anywhere between two key frames


def picture(seed: int, size: tuple[int, int]) -> Any:
    """Blotches of many sizes."""
    rng = np.random.default_rng(seed)
    made = np.zeros((size[1], size[0]), dtype=np.float32)
    for side in (4, 9, 18, 36):
        small = Image.fromarray(rng.random((side, side), dtype=np.float32))
        made += np.asarray(small.resize(size, Image.Resampling.BICUBIC)) * (40 / side + 4)
    made -= made.min()
    return (made * 235 / made.max()).astype(np.uint8)


def film(path: Path, shots: list[tuple[int, float]], size: tuple[int, int], gop: int) -> None:
    """(picture, seconds) one after the other, each moving slowly to the side."""
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = gop * RATE
        stream.options = {"preset": "ultrafast", "crf": "26", "x264-params": "scenecut=0"}
        number = 0
        for seed, seconds in shots:
            wide = np.pad(picture(seed, size), ((0, 0), (0, 64)), mode="edge")
            for part in range(round(seconds * RATE)):
                moved = np.ascontiguousarray(wide[:, part // 8 : part // 8 + size[0]])
                frame = av.VideoFrame.from_ndarray(moved, format="gray").reformat(format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                container.mux(stream.encode(frame))
                number += 1
        container.mux(stream.encode())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--gop", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rng = random.Random(5)
    fill = max(given.clips + 1, int((given.minutes * 60 - given.clips * CLIP) // SHOT))
    after = set(rng.sample(range(1, fill), given.clips))
    shots: list[tuple[int, float]] = []
    planted: list[tuple[int, float]] = []
    for number in range(fill):
        if number in after:
            planted.append((len(planted), sum(seconds for _, seconds in shots)))
            shots.append((1_000_000 + len(planted) - 1, CLIP))
        shots.append((number, SHOT))
    with tempfile.TemporaryDirectory(prefix="watchfloor-live-") as folder:
        bank, known = ClipBank(), []
        for clip, _ in planted:
            path = Path(folder) / f"{clip}.ts"
            film(path, [(1_000_000 + clip, CLIP)], (640, 360), 1)
            known.append((str(clip), hash_video(path).frames))
        bank.add_all(known)
        stream = Path(folder) / "stream.ts"
        film(stream, shots, (1280, 720), given.gop)
        length = sum(seconds for _, seconds in shots)
        began = time.process_time()
        told = list(watch(stream, bank))
        spent = time.process_time() - began
    first = {each.known: each for each in reversed(told)}
    begins = {str(clip): begin for clip, begin in planted}
    delays = sorted(first[name].at + first[name].delay - begins[name] for name in first)
    wrong = sum(not begins[each.known] - 0.5 <= each.at <= begins[each.known] + CLIP + 0.5 for each in told)
    row = {
        "seconds": length,
        "clips": len(planted),
        "found": len(first),
        "wrong": wrong,
        "median_delay_s": statistics.median(delays) if delays else None,
        "longest_delay_s": delays[-1] if delays else None,
        "cores": spent / length,
    }
    if given.json:
        print(json.dumps(row))
        return
    print(
        f"Input: {length:,.0f} s of 720p at {RATE} frames a second, a key frame every {given.gop} s; {len(planted)} clips of {CLIP:.0f} s."
    )
    print(f"Found {row['found']} of {row['clips']}, {wrong} where there is none.")
    print(f"Delay after a clip begins: median {row['median_delay_s']:.2f} s, longest {row['longest_delay_s']:.2f} s.")
    print(f"CPU: {row['cores']:.3f} of a core.")


if __name__ == "__main__":
    main()
