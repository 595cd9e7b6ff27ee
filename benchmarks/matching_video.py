"""Hashing video: key frames, and one frame a second, against ``vpdq`` at one hash a second.

    WATCHFLOOR_DATA=<folder> OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_video [--rounds 5] [--json]

Input: the public sample videos, read from files. Ways take turns; medians of CPU time, one thread. Distances of frames of quality
50 and more are to the published hashes of the same videos. Without ``vpdq`` (no wheel: it needs
FFmpeg's headers) the rival is left out, and it is said.
Needs the extra ``media``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from watchfloor.engines.matching import ENOUGH, videos

try:
    import vpdq
except ImportError:
    vpdq = None

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data")) / "vpdq"


def cost(do: Callable[[], Any]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def measure(path: Path, rounds: int) -> dict[str, Any]:
    """Milliseconds of each way, distances to the published hashes."""
    ways: dict[str, Callable[[], Any]] = {
        "key": lambda: videos.key_frames(path),
        "auto": lambda: videos.hash_video(path),
        "second": lambda: videos.hash_video(path, every=1.0),
    }
    if vpdq is not None:
        ways["vpdq"] = lambda: vpdq.computeHash(str(path), seconds_per_hash=1.0, thread_count=1)
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, do in ways.items():
            spent[name].append(cost(do))
    published = {frame.number: frame for frame in videos.read(path.with_suffix(".txt").read_text(encoding="utf-8"))}
    made = videos.hash_video(path, every=0)
    apart = [
        (int(each.hex, 16) ^ int(published[each.number].hex, 16)).bit_count()
        for each in made.frames
        if each.number in published and published[each.number].quality >= ENOUGH
    ]
    return {
        "video": path.stem,
        "size": f"{made.width}x{made.height}",
        "seconds": made.seconds,
        "key_frames": len(videos.key_frames(path).frames),
        **{f"{name}_ms": statistics.median(each) * 1000 for name, each in spent.items()},
        "mean_bits": sum(apart) / len(apart),
        "most_bits": max(apart),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = [measure(path, given.rounds) for path in sorted(DATA.glob("*.mp4"))]
    if given.json:
        print(json.dumps(rows))
        return
    print("Input: public sample videos; CPU time of decode and hash, one thread. Bits: frames of quality 50 and more.")
    if vpdq is None:
        print("Left out, as it is not installed: vpdq.")
    names = ("size", "length", "vpdq 1/s", "keys", "ratio", "keys, 1/s if far", "1/s", "ratio", "mean bits", "max")
    print(f"{'':24}" + "".join(f"{name:>{max(11, len(name) + 2)}}" for name in names))
    for row in rows:
        rival = row.get("vpdq_ms")
        cells = [
            row["size"],
            f"{row['seconds']:.1f} s",
            f"{rival:.0f} ms" if rival else "-",
            f"{row['key_ms']:.1f} ms",
            _ratio(rival, row["key_ms"]),
            f"{row['auto_ms']:.1f} ms",
            f"{row['second_ms']:.0f} ms",
            _ratio(rival, row["second_ms"]),
            f"{row['mean_bits']:.2f}",
            row["most_bits"],
        ]
        print(
            f"{row['video']:24}"
            + "".join(f"{cell:>{max(11, len(name) + 2)}}" for name, cell in zip(names, cells, strict=True))
        )


def _ratio(rival: float | None, ours: float) -> str:
    return f"{rival / ours:.1f}x" if rival else "-"


if __name__ == "__main__":
    main()
