"""Hashing pictures: ours at a fraction of a JPEG's size, and on every pixel, against ``pdqhash`` on a full decode.

    WATCHFLOOR_DATA=<folder> OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_pdq [--rounds 5] [--json]

Input: photographs of the vector set, resized to 12, 2 and 0.5 megapixels with the noise of a sensor, saved as JPEG of quality 90; the
bytes lie in memory. Each way decodes and hashes; ways take turns; medians of CPU time, one thread. Distances are to ``pdqhash``.
Needs the extra ``media`` and ``pdqhash``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pdqhash
from PIL import Image

from watchfloor.engines.matching import Pdq, hash_picture

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data")) / "pdq/images"
PHOTOS = ("aaa-orig.jpg", "bridge-2-rotate-90.jpg", "q0122.jpg", "q0291.jpg", "q2821.jpg")
SIZES = {"12 MP": 12_000_000, "2 MP": 2_000_000, "0.5 MP": 500_000}
BARS = {"12 MP": 25.0, "2 MP": 7.0, "0.5 MP": 2.5}


def reference(data: bytes) -> Pdq:
    """What users of the reference do."""
    bits, quality = pdqhash.compute(np.asarray(Image.open(BytesIO(data)).convert("RGB")))
    return Pdq(format(int("".join(map(str, bits)), 2), "064x"), quality)


def resized(name: str, pixels: int, rng: np.random.Generator) -> bytes:
    """A photograph of about so many pixels, as a JPEG."""
    with Image.open(DATA / name) as image:
        by = (pixels / (image.width * image.height)) ** 0.5
        large = image.convert("RGB").resize(
            (round(image.width * by), round(image.height * by)), Image.Resampling.BICUBIC
        )
    noisy = np.asarray(large) + rng.normal(0, 2, (large.height, large.width, 3)).astype(np.float32)
    out = BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def cost(do: Callable[[bytes], Pdq], data: bytes) -> float:
    began = time.process_time()
    do(data)
    return time.process_time() - began


def measure(pixels: int, rounds: int) -> dict[str, float]:
    """Milliseconds, ratios and distances at one size."""
    rng = np.random.default_rng(7)
    files = [resized(name, pixels, rng) for name in PHOTOS]
    ways: dict[str, Callable[[bytes], Pdq]] = {
        "reference": reference,
        "ours": hash_picture,
        "exact": lambda data: hash_picture(data, exact=True),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for data in files:
        for name, do in ways.items():
            do(data)
            spent[name].append(statistics.median(cost(do, data) for _ in range(rounds)))
    asked = [reference(data) for data in files]
    apart = {
        name: [
            (int(ways[name](data).hex, 16) ^ int(ref.hex, 16)).bit_count()
            for data, ref in zip(files, asked, strict=True)
        ]
        for name in ("ours", "exact")
    }
    mean = {name: sum(each) / len(each) for name, each in spent.items()}
    return {
        "kB": sum(map(len, files)) / len(files) / 1000,
        "reference_ms": mean["reference"] * 1000,
        "ours_ms": mean["ours"] * 1000,
        "exact_ms": mean["exact"] * 1000,
        "ratio": mean["reference"] / mean["ours"],
        "ratio_exact": mean["reference"] / mean["exact"],
        "most_bits": max(apart["ours"]),
        "most_bits_exact": max(apart["exact"]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = {name: measure(pixels, given.rounds) for name, pixels in SIZES.items()}
    if given.json:
        print(json.dumps(found))
        return
    print(
        f"Input: {len(PHOTOS)} photographs with noise as JPEG of quality 90, bytes in memory; CPU time of decode and hash, one thread."
    )
    print(
        f"{'':8} {'file':>9} {'pdqhash':>10} {'ours':>10} {'ratio':>8} {'bar':>6} {'bits':>5} {'exact':>10} {'ratio':>7} {'bits':>5}"
    )
    for name, row in found.items():
        print(
            f"{name:8} {row['kB']:6,.0f} kB {row['reference_ms']:7.1f} ms {row['ours_ms']:7.2f} ms {row['ratio']:7.1f}x "
            f"{BARS[name]:5.1f}x {row['most_bits']:5.0f} {row['exact_ms']:7.1f} ms {row['ratio_exact']:6.1f}x {row['most_bits_exact']:5.0f}"
        )


if __name__ == "__main__":
    main()
