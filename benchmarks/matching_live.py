"""A stream watched while known clips come up in it: which are found, how long after they begin, and what it costs.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_live [--minutes 5] [--clips 20] [--gop 2] [--in-process] [--json]

Input: a made stream, 720p at 30 frames a second (H.264, a key frame every ``--gop`` seconds and at no cut), each shot some five
seconds of a picture that moves; among them clips of six seconds that a bank knows by its own hashes of them, saved again at another
size. A long stream is put together of blocks of 30 s: one with each clip, at another place in it each time, and between them ten
others in turn. Delay: the second to which the stream had come when a clip was told, less the second at which it begins. Cost: CPU time
by the length of the stream, of the caged child that opens the stream and of the process that feeds and asks; without the cage
``--in-process``. ``--minutes 60`` is the bar; ``--gop 10`` shows what rare key frames cost. Needs the extra ``media``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from PIL import Image

from watchfloor.detection.streams.reading.caged import Caged
from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.live import Apart, Seen, watch
from watchfloor.engines.matching.videos import Frame, hash_video

RATE = 30
SHOT, CLIP = 5.3, 6.0  # seconds: clips begin anywhere between two key frames
BLOCK, FILLS = 30, 10  # seconds of a block, and how many there are without a clip


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


def joined(path: Path, parts: Sequence[Path]) -> None:
    """Blocks one after the other, as they are coded."""
    with av.open(str(path), "w", format="mpegts") as out:
        to: Any = None
        for place, part in enumerate(parts):
            with av.open(str(part)) as source:
                video = source.streams.video[0]
                to = to or out.add_stream_from_template(video)
                begin: int | None = None
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    begin = packet.pts if begin is None else begin
                    offset = round(place * BLOCK / video.time_base) - begin
                    packet.pts, packet.dts, packet.stream = packet.pts + offset, packet.dts + offset, to
                    out.mux(packet)


def block(rng: random.Random, first: int, clip: int | None) -> tuple[list[tuple[int, float]], float]:
    """The shots of a block, and the second at which its clip begins."""
    begin = round(rng.uniform(2, BLOCK - CLIP - 2) * RATE) / RATE
    shots: list[tuple[int, float]] = []
    spent = 0.0
    for until, what in ((begin, None), (begin + CLIP, clip), (float(BLOCK), None)):
        while until - spent > 0.01:
            seconds = until - spent if what is not None else min(SHOT, until - spent)
            shots.append((1_000_000 + what if what is not None else first + len(shots), round(seconds * RATE) / RATE))
            spent += shots[-1][1]
    return shots, begin


def in_cage(path: Path, bank: ClipBank) -> list[Seen]:
    """What is told when a caged child opens the stream."""
    apart, told = Apart(), []
    with path.open("rb") as file, Caged() as child:
        for number, seen in enumerate(child.pictures(file.read)):
            frame = Frame(number, seen.seconds, seen.bits.hex(), seen.quality)
            for known, known_at, distance in bank.nearest(frame):
                if apart.new(known, seen.seconds):
                    told.append(
                        Seen(known, seen.seconds, known_at, distance, seen.quality, max(0.0, seen.now - seen.seconds))
                    )
    return told


def cpu() -> float:
    """Seconds of this process and of children that are done."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--gop", type=int, default=2)
    parser.add_argument("--in-process", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    blocks = max(given.minutes * 60 // BLOCK, given.clips)
    rng = random.Random(5)
    with tempfile.TemporaryDirectory(prefix="watchfloor-live-") as folder:
        bank, known, parts = ClipBank(), [], []
        begins: dict[str, float] = {}
        places = {each * blocks // given.clips: each for each in range(given.clips)}
        for place in range(blocks):
            clip = places.get(place)
            path = Path(folder) / (f"fill{place % FILLS}.ts" if clip is None else f"with{clip}.ts")
            if not path.exists():
                shots, begin = block(rng, 1_000 * place, clip)
                film(path, shots, (1280, 720), given.gop)
                if clip is not None:
                    begins[str(clip)] = place * BLOCK + begin
                    own = Path(folder) / f"clip{clip}.ts"
                    film(own, [(1_000_000 + clip, CLIP)], (640, 360), 1)
                    known.append((str(clip), hash_video(own).frames))
            parts.append(path)
        bank.add_all(known)
        stream = Path(folder) / "stream.ts"
        joined(stream, parts)
        length = blocks * BLOCK
        began = cpu()
        told = list(watch(stream, bank)) if given.in_process else in_cage(stream, bank)
        spent = cpu() - began
    first = {each.known: each for each in reversed(told)}
    delays = sorted(first[name].at + first[name].delay - begins[name] for name in first)
    wrong = sum(not begins[each.known] - 0.5 <= each.at <= begins[each.known] + CLIP + 0.5 for each in told)
    row = {
        "seconds": length,
        "clips": len(begins),
        "found": len(first),
        "wrong": wrong,
        "median_delay_s": statistics.median(delays) if delays else None,
        "longest_delay_s": delays[-1] if delays else None,
        "cores": spent / length,
        "caged": not given.in_process,
    }
    if given.json:
        print(json.dumps(row))
        return
    print(
        f"Input: {length:,.0f} s of 720p at {RATE} frames a second, a key frame every {given.gop} s; {len(begins)} clips of {CLIP:.0f} s."
    )
    print(f"Found {row['found']} of {row['clips']}, {wrong} where there is none.")
    if delays:
        print(
            f"Delay after a clip begins: median {row['median_delay_s']:.2f} s, longest {row['longest_delay_s']:.2f} s."
        )
    print(f"CPU: {row['cores']:.3f} of a core{'' if given.in_process else ', caged child and parent together'}.")


if __name__ == "__main__":
    main()
